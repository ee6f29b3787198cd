#!/usr/bin/python3
"""The hold model on SimPy 3: one process per pending event, yielding timeouts.

usage: peer_simpy.py PENDING EVENTS
The workload is that of bench/measure.hpp: increments uniform in [1, 2 * mean] ns from a xorshift generator.
"""
import sys
import time

import simpy

MEAN_INCREMENT_NS = 1 << 20
WARM_UP_NS = 4 * MEAN_INCREMENT_NS
MASK = (1 << 64) - 1


class Increments:
    def __init__(self):
        self.state = 88172645463325252

    def next(self):
        state = self.state
        state ^= (state << 13) & MASK
        state ^= state >> 7
        state ^= (state << 17) & MASK
        self.state = state
        return state % (2 * MEAN_INCREMENT_NS) + 1


def sleeper(env, increments, count):
    while True:
        yield env.timeout(increments.next())
        count[0] += 1


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: peer_simpy.py PENDING EVENTS")
    pending, events = int(sys.argv[1]), int(sys.argv[2])
    env, increments, count = simpy.Environment(), Increments(), [0]
    for _ in range(pending):
        env.process(sleeper(env, increments, count))
    env.run(until=WARM_UP_NS)
    warm, start = count[0], time.process_time()
    env.run(until=WARM_UP_NS + events // pending * MEAN_INCREMENT_NS)
    seconds = time.process_time() - start
    print("simpy %d %.0f" % (pending, (count[0] - warm) / seconds))


main()
