def heard(text): print("heard", text)
