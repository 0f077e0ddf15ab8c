# /// script
# requires-python = ">=3.13"
# dependencies = ["azure-keyvault-secrets", "azure-mgmt-resource", "azure-servicebus", "azure-cosmos", "azure-core"]
#
# [tool.application]
# does = "More clients of one namespace package"
# ///
import azure.core.credentials
import azure.cosmos
import azure.keyvault.secrets
import azure.servicebus


class Nobody:
    def get_token(self, *scopes, **options):
        return azure.core.credentials.AccessToken("t", 9999999999)


client = azure.keyvault.secrets.SecretClient("https://v.vault.azure.net", Nobody())
print(client.vault_url, azure.servicebus.ServiceBusMessage("x"), azure.cosmos.PartitionKey("/id")["kind"])
from azure.mgmt.resource.resources import ResourceManagementClient

print(ResourceManagementClient(Nobody(), "s").resource_groups is not None)
