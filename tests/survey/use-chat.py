# /// script
# requires-python = ">=3.13"
# dependencies = ["slack_sdk", "python-telegram-bot", "discord.py", "tweepy", "praw", "stripe", "twilio", "sendgrid", "PyGithub", "python-gitlab", "jira", "atlassian-python-api", "notion-client"]
#
# [tool.application]
# does = "Clients of services"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", TMPDIR = "/home" }
# ///
import discord
import github
import gitlab
import jira
import slack_sdk
import stripe
import telegram
import tweepy
import twilio.rest

print(slack_sdk.WebClient("t").base_url, discord.Intents.default().guilds, stripe.api_base)
print(twilio.rest.Client("a", "b").api.base_url, gitlab.Gitlab("http://127.0.0.1:9").api_url, telegram.Bot("1:a").token)
for call in (lambda: slack_sdk.WebClient("t", base_url="http://127.0.0.1:9/").api_test(), lambda: gitlab.Gitlab("http://127.0.0.1:9").version() and gitlab.Gitlab("http://127.0.0.1:9").projects.list(), lambda: jira.JIRA("http://127.0.0.1:9", max_retries=0)):
    try:
        call()
    except Exception as error:
        print(type(error).__name__)
