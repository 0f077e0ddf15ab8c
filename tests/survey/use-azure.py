# /// script
# requires-python = ">=3.13"
# dependencies = ["azure-core", "azure-identity", "azure-storage-blob"]
#
# [tool.application]
# does = "Clients without a cloud"
# ///
from azure.core.exceptions import ServiceRequestError
from azure.identity import ClientSecretCredential
from azure.storage.blob import BlobServiceClient

client = BlobServiceClient("http://127.0.0.1:9/account", credential="a2V5", retry_total=0)
print(client.account_name, client.api_version)
try:
    list(client.list_containers())
except ServiceRequestError as error:
    print(type(error).__name__)
print(ClientSecretCredential("tenant", "client", "secret")._tenant_id)
