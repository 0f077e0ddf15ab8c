# /// script
# requires-python = ">=3.13"
# dependencies = ["boto3", "s3fs", "awscli", "docker", "google-cloud-bigquery", "google-cloud-pubsub", "google-cloud-secret-manager"]
#
# [tool.application]
# does = "Clouds' clients with their data files"
# [tool.application.root]
# writable = ["/home"]
# [[tool.application.call]]
# environment = { HOME = "/home", AWS_DEFAULT_REGION = "eu-central-1" }
# ///
import sys

import boto3
import docker
from google.api_core.client_options import ClientOptions
from google.auth.credentials import AnonymousCredentials
from google.cloud import bigquery, pubsub_v1, secretmanager

print(len(boto3.Session().get_available_services()) > 100, boto3.client("ec2", aws_access_key_id="a", aws_secret_access_key="b").meta.region_name)
try:
    docker.from_env()
except Exception as error:
    print(type(error).__name__)
print(bigquery.Client("p", AnonymousCredentials()).dataset("d").path)
print(secretmanager.SecretManagerServiceClient.secret_path("p", "s"), pubsub_v1.PublisherClient.topic_path("p", "t"))
from awscli.clidriver import create_clidriver

print(create_clidriver().main(["configure", "list-profiles"]), create_clidriver().main(["s3", "ls", "--no-sign-request", "--endpoint-url", "http://127.0.0.1:9", "--cli-connect-timeout", "1"]) != 0)
