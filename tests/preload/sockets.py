import asyncio, select, socket

SERVER = socket.create_server(("127.0.0.1", 0))
LOOP = asyncio.new_event_loop()
POLL = select.epoll()


async def answer():
    await asyncio.sleep(0)
    return 42


def facts():
    port = SERVER.getsockname()[1]
    with socket.create_connection(("127.0.0.1", port)) as client:
        SERVER.accept()[0].sendall(b"hello")
        return [client.recv(5), LOOP.run_until_complete(answer()), LOOP.close(), POLL.closed]
