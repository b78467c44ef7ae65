"""Third Factor, served. `python app.py` for one computer; `app:server` for gunicorn (gunicorn.conf.py)."""

import argparse
import threading
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from components import site

app = site.create(str(Path(__file__).parent / "assets"))
server = app.server
warm = site.warm


class KeepAlive(WSGIRequestHandler):
    """One connection for many requests, and no line in the log for each."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body of an answer are two writes; the second shall not wait for a receipt

    def log_request(self, code="-", size="-"):
        pass


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8050, help="port to listen on")
    return parser.parse_args()


def main() -> None:
    """Serve the default page as soon as its kernels are there; prepare the others meanwhile."""
    chosen = arguments()
    warm(first_only=True)
    serving = make_server(chosen.host, chosen.port, server, threaded=True, request_handler=KeepAlive)
    print(f"Third Factor is at http://{chosen.host}:{serving.server_port}  (stop with Ctrl C)", flush=True)
    threading.Thread(target=warm, kwargs={"rest_only": True}, daemon=True).start()
    serving.serve_forever()


if __name__ == "__main__":
    main()
