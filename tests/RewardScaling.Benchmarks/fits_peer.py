"""The peer of the verb "fits": bootstrap refits by scipy.optimize.curve_fit, best-of-n estimates by log-gammas and big integers.

Reads from a folder what the benchmark wrote (little-endian doubles): d.bin, y-LAW.bin (refits x points), proxy.bin, gold.bin. Writes
coefficients-LAW.bin and estimates-KIND.bin there, and prints one JSON object per timing. One thread.
"""
import argparse
import json
import math
import pathlib
import time

import numpy
from scipy.optimize import curve_fit
from scipy.special import gammaln

LAWS = {
    "best-of-n": (lambda d, a, b: d * (a - b * d), lambda d, a, b: numpy.stack([d, -d * d], 1), [1.0, 1.0]),
    "rl": (lambda d, a, b: d * (a - b * numpy.log(d)), lambda d, a, b: numpy.stack([d, -d * numpy.log(d)], 1), [1.0, 1.0]),
    "power": (lambda d, a, b, g: d * (a - b * d**g),
              lambda d, a, b, g: numpy.stack([d, -d * d**g, -b * d * d**g * numpy.log(d)], 1), [1.0, 0.1, 1.0]),
}


def say(**values):
    print(json.dumps(values), flush=True)


def refit(folder, law):
    function, jacobian, start = LAWS[law]
    d = numpy.fromfile(folder / "d.bin")
    curves = numpy.fromfile(folder / f"y-{law}.bin").reshape(-1, d.size)
    begin = time.perf_counter()
    for y in curves:
        curve_fit(function, d, y, p0=start)
    say(timing=f"{law} defaults", seconds=time.perf_counter() - begin)
    found = numpy.empty((len(curves), len(start)))
    begin = time.perf_counter()
    for i, y in enumerate(curves):
        found[i] = curve_fit(function, d, y, p0=start, jac=jacobian, ftol=1e-15, xtol=1e-15, gtol=0.0, maxfev=5000)[0]
    say(timing=f"{law} tight", seconds=time.perf_counter() - begin)
    found.tofile(folder / f"coefficients-{law}.bin")


def log_gamma(proxy, gold, powers):
    """Weights C(i-1, n-1) / C(N, n) from the log-gammas of every i, as the definition says."""
    count = proxy.size
    gold = gold[numpy.argsort(proxy)]
    estimates = []
    for n in powers:
        i = numpy.arange(n, count + 1)
        weights = numpy.exp(gammaln(i) - gammaln(n) - gammaln(i - n + 1)
                            - (gammaln(count + 1) - gammaln(n + 1) - gammaln(count - n + 1)))
        estimates.append(weights @ gold[n - 1:])
    return estimates


def log_gamma_table(proxy, gold, powers):
    """The same from one table of log-factorials."""
    count = proxy.size
    gold = gold[numpy.argsort(proxy)]
    table = gammaln(numpy.arange(1, count + 2))
    estimates = []
    for n in powers:
        weights = numpy.exp(table[n - 1:count] - table[:count - n + 1]
                            - (table[n - 1] + table[count] - table[n] - table[count - n]))
        estimates.append(weights @ gold[n - 1:])
    return estimates


def big_integers(proxy, gold, powers):
    """Exact: binomials as integers, each weight rounded once. C(i, n-1) from C(i-1, n-1) by i / (i - n + 1)."""
    count = proxy.size
    gold = gold[numpy.argsort(proxy)]
    estimates = []
    for n in powers:
        whole, part, terms = math.comb(count, n), 1, []
        for i in range(n, count + 1):
            terms.append(part / whole * gold[i - 1])
            part = part * i // (i - n + 1)
        estimates.append(math.fsum(terms))
    return estimates


def main():
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--laws", default="best-of-n,rl,power")
    options.add_argument("--exact", action="store_true", help="also by big integers, which takes minutes")
    options = options.parse_args()
    for law in filter(None, options.laws.split(",")):
        refit(options.folder, law)
    proxy, gold = (numpy.fromfile(options.folder / f"{name}.bin") for name in ("proxy", "gold"))
    powers = [2**k for k in range(proxy.size.bit_length())]
    powers = [n for n in powers if n <= proxy.size]
    kinds = [log_gamma, log_gamma_table] + ([big_integers] if options.exact else [])
    for kind in kinds:
        for _ in range(1 if kind is big_integers else 5):
            begin = time.perf_counter()
            estimates = kind(proxy, gold, powers)
            say(timing=kind.__name__, seconds=time.perf_counter() - begin)
        numpy.array(estimates).tofile(options.folder / f"estimates-{kind.__name__}.bin")


main()
