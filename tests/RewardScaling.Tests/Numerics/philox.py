# Makes the pinned numbers of RandomStreamTests.cs: Philox 2x64-10 and the key derivation, written again in plain integers.
# Run: python3 philox.py
import math

MASK = (1 << 64) - 1


def block(key, low, high):
    for _ in range(10):
        product = 0xD2B74407B1CE6E93 * low
        low, high = (product >> 64) ^ key ^ high, product & MASK
        key = (key + 0x9E3779B97F4A7C15) & MASK
    return low, high


def from_seed(seed):
    return block(seed, 0x5265776172645363, 2)[0]


def fork_name(key, name):
    folded = 0xCBF29CE484222325
    for c in name:
        folded = ((folded ^ ord(c)) * 0x100000001B3) & MASK
    return block(key, folded, 2)[0]


def fork_index(key, index):
    return block(key, index & MASK, 1)[0]


root = from_seed(1)
print("seed 1, bits 0 and 1:", hex(block(root, 0, 0)[0]), hex(block(root, 1, 0)[0]))
fork = fork_index(fork_name(root, "rollouts"), -1)
low, high = block(fork, 17, 0)
print("fork, bits 17:", hex(low))
print("fork, uniform 17:", repr((low >> 11) / 2**53))
radius = math.sqrt(-2 * math.log(((low >> 11) + 1) / 2**53))
print("fork, normal 17:", repr(radius * math.cos(2 * math.pi * (high >> 11) / 2**53)))
print("fork, below 6:", [block(fork, p, 0)[0] * 6 >> 64 for p in range(8)])
order = [0] * 8
for i in range(8):
    j = block(fork, i, 0)[0] * (i + 1) >> 64
    order[i] = order[j]
    order[j] = i
print("fork, permutation of 8:", order)
