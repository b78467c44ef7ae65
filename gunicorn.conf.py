"""gunicorn: a few processes with threads, each with its kernels ready before it takes a visitor.

From the environment: HOST, PORT, WEB_CONCURRENCY (number of processes).
"""

import os
import subprocess
import sys

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or 8050}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
keepalive = 65
timeout = 60
max_requests = 0
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
control_socket_disable = True


def on_starting(server):
    """Compile the kernels once, before the port opens; the workers read them from the cache."""
    server.log.info("Preparing the kernels (compiled at the first start)")
    subprocess.run([sys.executable, "-c", "import app; app.warm()"], check=True)


def post_worker_init(worker):
    """Have every kernel in memory before the first request."""
    import app

    app.warm()
    worker.log.info("Worker %s is ready", worker.pid)
