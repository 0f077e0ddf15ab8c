# /// script
# requires-python = ">=3.13"
# dependencies = ["paramiko"]
#
# [tool.application]
# does = "SSH to a server in the same process"
# ///
import socket
import threading

import paramiko

key = paramiko.ECDSAKey.generate()


class Server(paramiko.ServerInterface):
    def check_auth_password(self, name, password):
        return paramiko.AUTH_SUCCESSFUL if password == "secret" else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, number):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel, command):
        channel.sendall(command.upper())
        channel.send_exit_status(3)
        threading.Timer(0.2, channel.close).start()
        return True


ours, theirs = socket.socketpair()
transport = paramiko.Transport(theirs)
transport.add_server_key(key)
transport.start_server(threading.Event(), Server())
client = paramiko.Transport(ours)
client.connect(username="ann", password="secret", hostkey=key)
channel = client.open_session()
channel.exec_command("ls")
print(channel.makefile().read(), channel.recv_exit_status())
client.close()
