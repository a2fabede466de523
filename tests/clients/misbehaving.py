"""A process that does what it is told, its own death included."""

import os
import resource
import sys
import time

from app.clients.killable import LENGTH_BYTES, OUT_OF_MEMORY


def main() -> None:
    while length := sys.stdin.buffer.read(LENGTH_BYTES):
        told = sys.stdin.buffer.read(int.from_bytes(length, "big")).decode()
        if told == "spin":
            resource.setrlimit(resource.RLIMIT_CPU, (1, resource.RLIM_INFINITY))
            while True:
                pass
        if told == "sleep":
            time.sleep(60)
        if told == "eat":
            os._exit(OUT_OF_MEMORY)
        if told == "break":
            raise RuntimeError(told)
        answer = " ".join(sorted(os.environ)).encode() if told == "environment" else told.encode()
        sys.stdout.buffer.write(len(answer).to_bytes(LENGTH_BYTES, "big") + answer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
