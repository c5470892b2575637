"""A line of so many bytes per second to the two servers of a fakehub: slow_line.py API STORAGE RATE.

Prints the URL at which the API is then. The storage is moved behind the line too, by its
port in the redirects.
"""

import asyncio
import sys
from urllib.parse import urlsplit


async def serve(target, rate, replace):
    async def copy(reader, writer, slow):
        try:
            while data := await reader.read(16384):
                if slow and replace:
                    data = data.replace(*replace)
                writer.write(data)
                await writer.drain()
                if slow:
                    await asyncio.sleep(len(data) / rate)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def connect(reader, writer):
        up_reader, up_writer = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(copy(reader, up_writer, False), copy(up_reader, writer, True))

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def main(api, storage, rate):
    behind, port = await serve(urlsplit(storage), int(rate), None)
    old, new = f":{urlsplit(storage).port}/".encode(), f":{port}/".encode()
    front, port = await serve(urlsplit(api), int(rate), (old, new))
    print(f"http://127.0.0.1:{port}", flush=True)
    await asyncio.gather(behind.serve_forever(), front.serve_forever())


asyncio.run(main(*sys.argv[1:]))
