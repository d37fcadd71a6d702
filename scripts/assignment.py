"""Compares the command `toewijzen` with Google OR-Tools on problems of our own making, and prints what came of it.

    python assignment.py COMMAND FOLDER [ROUNDS]

COMMAND is called as COMMAND PROBLEM ANSWER. Needs OR-Tools; scripts/bench.sh brings it.

Nothing that the command says is taken on trust: costs, capacities and classes are counted anew from the problem, and its
prices must prove the optimum. Times are processor times, of solving alone on both sides.
"""

import math
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from ortools.graph.python import min_cost_flow

CLASS_WEIGHT = 1_000_000

# Clients, offers for each product, places of an offer on average, and the ratio that is wanted without and with classes.
SHAPES = {
    "regional": (2_000, 5, 2, (10.0, 5.0)),
    "provincial": (20_000, 55, 2, (8.0, 8.0)),
    "national": (100_000, 260, 2, (10.0, 8.0)),
    "tight": (20_000, 240, 2, (5.0, 5.0)),
    "surplus": (20_000, 330, 2, (5.0, 5.0)),
}
PRODUCTS = 40
# The memory that a national solve may take, in megabytes.
MEMORY = 100.0
# The processor time from the tables of a national problem to its optimum, in seconds. What is measured here is more than
# that: the whole command, with reading and writing the files.
WHOLE = 0.5
# How much faster a change is than a full solve by OR-Tools of what the changes make, and how many changes are made.
CHANGES = {"regional": (1_000, 2_000), "provincial": (10_000, 2_000), "national": (20_000, 2_000)}
SEEDS = (1, 2, 3)


class Problem:
    """A problem as lists: (stay, class) of clients, places of offers, and (client, offer, cost) of options."""

    def __init__(self, clients, places, options):
        self.clients, self.places, self.options = clients, places, options

    def write(self, path):
        with open(path, "w") as file:
            file.write(f"p toewijzing {len(self.clients)} {len(self.places)} {len(self.options)}\n")
            file.writelines(f"o {offer} {places}\n" for offer, places in enumerate(self.places))
            file.writelines(f"c {who} {stay} {rank}\n" for who, (stay, rank) in enumerate(self.clients))
            file.writelines(f"e {who} {offer} {cost}\n" for who, offer, cost in self.options)


def country(chance, clients, per_product, places, classes):
    """Clients and offers on a square map: who wants a product can have what is offered of it nearby."""
    side = math.sqrt(clients) * 0.95
    popularity = [1 / (rank + 1) ** 0.7 for rank in range(PRODUCTS)]
    mean = sum(popularity) / PRODUCTS
    offers, sites = [], [[] for _ in range(PRODUCTS)]
    radius = [chance.choice((25, 40, 60, 100)) for _ in range(PRODUCTS)]
    for product in range(PRODUCTS):
        for _ in range(max(1, round(popularity[product] / mean * per_product))):
            wait = 100 * min(12, int(chance.expovariate(1 / 3)))
            sites[product].append((len(offers), chance.uniform(0, side), chance.uniform(0, side), wait))
            offers.append(1 + min(9, int(chance.expovariate(1 / (places - 0.5)))))
    people, options = [], []
    wishes = chance.choices(range(PRODUCTS), popularity, k=clients)
    for who, product in enumerate(wishes):
        x, y = chance.uniform(0, side), chance.uniform(0, side)
        urgency, weeks = chance.choices((0, 1, 2), (65, 27, 8))[0], min(156, int(chance.expovariate(1 / 14)))
        people.append(((10_400, 15_600, 26_000)[urgency] + 100 * weeks, 1 + 105 * urgency + min(104, weeks) if classes else 0))
        reach = radius[product]
        for offer, other_x, other_y, wait in sites[product]:
            far = math.hypot(x - other_x, y - other_y)
            if far <= reach and chance.random() < 0.6:
                options.append((who, offer, wait + int(far * 6) + chance.randrange(300)))
    return Problem(people, offers, options)


def anything(chance):
    """A problem of any size and shape, the odd ones too: nobody, no place, equal costs, costs at the limit."""
    clients, offers = chance.choice((0, 1, 5, 40, 300, 1_500)), chance.choice((0, 1, 4, 30, 120))
    limit, stays = (chance.choice((1, 5, 2_000, 2**31)) for _ in range(2))
    # Where costs are large the reference has no room left for classes.
    ranks = chance.choice((1, 1, 3, 40)) if max(limit, stays) <= 2_000 else 1
    chosen = chance.choice((0.02, 0.1, 0.5, 1.0))
    people = [(chance.randrange(stays), chance.randrange(ranks)) for _ in range(clients)]
    most = chance.choice((1, 3, 50, 2_000))
    places = [chance.randrange(most + 1) for _ in range(offers)]
    pairs = ((who, offer) for who in range(clients) for offer in range(offers) if chance.random() < chosen)
    return Problem(people, places, [(who, offer, chance.randrange(limit)) for who, offer in pairs])


def reference(problem):
    """The optimum of OR-Tools: cost, sum of classes, and seconds."""
    clients, offers = len(problem.clients), len(problem.places)
    sink = clients + offers
    flow = min_cost_flow.SimpleMinCostFlow()
    for who, offer, cost in problem.options:
        flow.add_arc_with_capacity_and_unit_cost(who, clients + offer, 1, cost)
    waits = [
        flow.add_arc_with_capacity_and_unit_cost(who, sink, 1, stay + CLASS_WEIGHT * rank)
        for who, (stay, rank) in enumerate(problem.clients)
    ]
    for offer, places in enumerate(problem.places):
        flow.add_arc_with_capacity_and_unit_cost(clients + offer, sink, places, 0)
    for who in range(clients):
        flow.set_node_supply(who, 1)
    flow.set_node_supply(sink, -clients)
    begin = time.process_time()
    status = flow.solve()
    seconds = time.process_time() - begin
    if status != flow.OPTIMAL:
        raise SystemExit(f"OR-Tools finds no optimum: {status}")
    waiting = [rank for wait, (_, rank) in zip(waits, problem.clients) if flow.flow(wait)]
    classes = sum(rank for _, rank in problem.clients)
    return flow.optimal_cost() - CLASS_WEIGHT * sum(waiting), classes - sum(waiting), seconds


def check(problem, path):
    """What an answer comes to by the problem alone: cost, sum of classes, seconds. Wrong or not proven is an error."""
    cost_of = {(who, offer): cost for who, offer, cost in problem.options}
    used, place, price = [0] * len(problem.places), {}, [0] * len(problem.places)
    said, seconds, gap = 0, 0.0, 0
    for line in path.read_text().splitlines():
        kind, *words = line.split()
        if kind == "s":
            said, seconds = int(words[0]), float(words[1]) / 1000
        elif kind == "g":
            gap = int(words[0])
        elif kind == "m":
            who, offer = map(int, words)
            assert who not in place, f"client {who} has two places"
            place[who] = offer
            used[offer] += 1
        elif kind == "d":
            price[int(words[0])] = int(words[1])
    assert all(count <= places for count, places in zip(used, problem.places)), "more clients than places"
    assert min(price, default=0) >= 0, "a price below zero"
    cost = classes = weighted = 0
    least = [stay + gap * rank for stay, rank in problem.clients]
    for who, (stay, rank) in enumerate(problem.clients):
        if who in place:
            cost, classes = cost + cost_of[who, place[who]], classes + rank
        else:
            cost, weighted = cost + stay, weighted + gap * rank
    for who, offer, paid in problem.options:
        least[who] = min(least[who], paid + price[offer])
    bound = sum(least) - sum(worth * places for worth, places in zip(price, problem.places))
    assert said == cost, f"it says {said}, it is {cost}"
    assert bound == cost + weighted, f"not proven: {bound} is not {cost + weighted}"
    return cost, classes, seconds


def ask(command, problem, folder):
    """What the command answers, checked."""
    question, answer = folder / "problem.txt", folder / "answer.txt"
    problem.write(question)
    subprocess.run([command, question, answer], check=True)
    return check(problem, answer)


def compare(command, problem, folder):
    """Cost and classes must be those of OR-Tools; gives the seconds of both."""
    ours, theirs = ask(command, problem, folder), reference(problem)
    assert ours[:2] == theirs[:2], f"cost and classes are {ours[:2]}, OR-Tools has {theirs[:2]}"
    return ours[2], theirs[2]


def changed(chance, problem, count):
    """Random changes of all kinds as lines of text, and the problem that they make. Costs are kept without shifts."""
    clients, places = list(problem.clients), list(problem.places)
    options = [{} for _ in clients]
    for who, offer, cost in problem.options:
        options[who][offer] = cost
    shifts, gone, lines = [0] * len(places), set(), []
    while len(lines) < count:
        kind = chance.choice("aaloooecxw")
        who, offer = chance.randrange(len(clients)), chance.randrange(len(places))
        if kind == "a":
            stay, rank = problem.clients[who % len(problem.clients)]
            clients.append((stay, rank))
            options.append(dict(options[who]))
            own = "".join(f" {at} {cost + shifts[at]}" for at, cost in options[-1].items())
            lines.append(f"a {stay} {rank}{own}")
        elif who in gone and kind in "lecx":
            continue
        elif kind == "l":
            gone.add(who)
            clients[who], options[who] = (0, 0), {}
            lines.append(f"l {who}")
        elif kind == "o":
            places[offer] = max(0, places[offer] + chance.choice((-1, 1)))
            lines.append(f"o {offer} {places[offer]}")
        elif kind == "c":
            stay, rank = clients[who]
            clients[who] = (stay + 5_000, rank + 105 if rank else 0)
            lines.append(f"c {who} {clients[who][0]} {clients[who][1]}")
        elif kind == "w":
            by = chance.choice((-100, 100))
            if all(own[offer] + shifts[offer] + by >= 0 for own in options if offer in own):
                shifts[offer] += by
                lines.append(f"w {offer} {by}")
        elif options[who]:
            at = chance.choice(sorted(options[who]))
            if kind == "x":
                del options[who][at]
                lines.append(f"x {who} {at}")
            else:
                cost = chance.randrange(2_000)
                options[who][at] = cost - shifts[at]
                lines.append(f"e {who} {at} {cost}")
    final = [(who, offer, cost + shifts[offer]) for who, own in enumerate(options) for offer, cost in own.items()]
    return lines, Problem(clients, places, final)


def seconds_of(duration):
    """What the command calls 3.9µs, as seconds."""
    for unit, size in (("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)):
        if duration.endswith(unit):
            return float(duration.removesuffix(unit)) * size
    raise SystemExit(f"no time: {duration}")


def change_by_change(command, problem, folder, chance, count):
    """The mean seconds of a change, and those of a full solve by OR-Tools of what they make. Both must agree on that."""
    lines, final = changed(chance, problem, count)
    question, answer, changes = (folder / name for name in ("problem.txt", "answer.txt", "changes.txt"))
    problem.write(question)
    changes.write_text("\n".join(lines) + "\n")
    told = subprocess.run([command, question, answer, "--changes", changes], check=True, capture_output=True, text=True)
    mean = told.stdout.split("mean ")[1].split(",")[0]
    ours, theirs = check(final, answer), reference(final)
    assert ours[:2] == theirs[:2], f"after changes cost and classes are {ours[:2]}, OR-Tools has {theirs[:2]}"
    return seconds_of(mean), theirs[2]


def whole_run(command, folder):
    """Megabytes and processor seconds for the last problem, reading and writing included. Asked by a small program: a
    child counts what its parent had."""
    measure = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True);"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(used.ru_maxrss, used.ru_utime + used.ru_stime)"
    )
    run = [sys.executable, "-c", measure, command, folder / "problem.txt", folder / "answer.txt"]
    most, seconds = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    # Linux counts in kilobytes, macOS in bytes.
    return int(most) / (1024 * 1024 if sys.platform == "darwin" else 1024), float(seconds)


def main():
    command, folder = sys.argv[1], Path(sys.argv[2])
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(rounds):
        try:
            compare(command, anything(random.Random(seed)), folder)
        except AssertionError as error:
            raise SystemExit(f"random problem {seed}: {error}") from error
    print(f"{rounds} random problems of all sizes: cost and classes are those of OR-Tools, every optimum proven")
    print(f"{'shape':<24}{'toewijzen':>12}{'OR-Tools':>12}{'ratio':>8}{'wanted':>8}")
    missed = False
    for shape, (clients, per_product, places, wanted) in SHAPES.items():
        for classes in (False, True):
            name = f"{shape}{', classes' if classes else ''}"
            for seed in SEEDS:
                problem = country(random.Random(seed), clients, per_product, places, classes)
                # The middle of several: others use this machine too.
                pairs = [compare(command, problem, folder) for _ in range(5 if clients < 20_000 else 1)]
                ours, theirs = map(statistics.median, zip(*pairs))
                ratio = theirs / ours
                enough = ratio >= wanted[classes]
                missed |= not enough
                print(
                    f"{name:<24}{ours * 1e3:>9.2f} ms{theirs * 1e3:>9.1f} ms{ratio:>8.1f}{wanted[classes]:>8.0f}"
                    f"  {'pass' if enough else 'FAIL'}",
                    flush=True,
                )
                if shape == "national":
                    most, seconds = whole_run(command, folder)
                    for what, found, unit, wanted_most in (
                        ("peak memory", most, "MB", MEMORY),
                        ("from tables to optimum, files included", seconds, "s", WHOLE),
                    ):
                        missed |= found > wanted_most
                        result = "FAIL" if found > wanted_most else "pass"
                        print(f"{name}, {what} {found:.2f} {unit}, wanted at most {wanted_most}  {result}", flush=True)
                # With classes, as the program uses it.
                if classes and shape in CHANGES:
                    wanted_ratio, count = CHANGES[shape]
                    change, full = change_by_change(command, problem, folder, random.Random(seed), count)
                    missed |= full / change < wanted_ratio
                    print(
                        f"{shape + ', a change':<24}{change * 1e6:>9.1f} µs{full * 1e3:>9.1f} ms{full / change:>8.0f}"
                        f"{wanted_ratio:>8}  {'pass' if full / change >= wanted_ratio else 'FAIL'}",
                        flush=True,
                    )
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
