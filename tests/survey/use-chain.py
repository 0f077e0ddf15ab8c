# /// script
# requires-python = ">=3.13"
# dependencies = ["web3", "eth-account", "eth-abi", "mnemonic", "rlp"]
#
# [tool.application]
# does = "Ethereum without a network, with lists of words"
# ///
import eth_abi
import eth_account
import mnemonic
import rlp
import web3

print(web3.Web3.keccak(text="a").hex(), web3.Web3.to_checksum_address("0x" + "ab" * 20))
account = eth_account.Account.from_key("0x" + "11" * 32)
print(account.address, eth_abi.encode(["uint256"], [5]).hex()[-4:], rlp.encode([b"a"]))
words = mnemonic.Mnemonic("english").to_mnemonic(b"1" * 16)
print(words)
eth_account.Account.enable_unaudited_hdwallet_features()
print(eth_account.Account.from_mnemonic(words).address, web3.Web3(web3.EthereumTesterProvider) is not None if False else "")
print(web3.Web3().eth.contract(abi=[{"type": "function", "name": "f", "inputs": [], "outputs": [], "stateMutability": "view"}]).all_functions())
