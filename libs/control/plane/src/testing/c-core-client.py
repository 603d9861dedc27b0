"""A proxyless client on gRPC C-core: for each line "N" on its input it makes N calls and prints how many each server answered, as JSON."""
import json
import sys

import grpc

channel = grpc.insecure_channel(sys.argv[1])
who = channel.unary_unary("/test.Echo/Who", request_serializer=None, response_deserializer=None)
for line in sys.stdin:
    counts = {}
    for _ in range(int(line)):
        answer = who(b"", timeout=20).decode()
        counts[answer] = counts.get(answer, 0) + 1
    print(json.dumps(counts), flush=True)
