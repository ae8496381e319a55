#!/usr/bin/env python3
"""The workloads of `compare` in PyTorch: what a user would otherwise run. Needs PyTorch alone.

    compare_peer.py [--shape small|medium|large] [--threads N] [--seconds S] [--device cpu|cuda|cuda:N] [--precision float32|bfloat16]

Prints one line of JSON for each workload: {"workload", "per_second"}; what they are and count says Workloads.cs. The same network
(layer norm before each part, learned positions, exact GELU, a head that is not tied), the same steps, in eager mode with PyTorch's
fused attention. bfloat16 is autocast: weights and optimizer stay float32, as in this library's engine on libtorch.
"""
import argparse
import copy
import json
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

# As in WorkloadShape.cs.
SHAPES = {
    "small": dict(vocabulary=32, prompt=4, response=12, width=64, layers=2, heads=4, training=128, samples=1024, rollouts=256),
    "medium": dict(vocabulary=256, prompt=32, response=96, width=256, layers=4, heads=8, training=16, samples=64, rollouts=64),
    "large": dict(vocabulary=16384, prompt=64, response=192, width=768, layers=12, heads=12, training=16, samples=64, rollouts=64),
}
PAIRS = 64


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm, self.feed_forward_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projections, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, cache, at):
        batch, length, width = x.shape
        query, key, value = (self.projections(self.attention_norm(x))
                             .view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4))
        if cache is not None:
            keys, values = cache
            keys[:, :, at:at + length], values[:, :, at:at + length] = key, value
            key, value = keys[:, :, :at + length], values[:, :, :at + length]
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=length > 1)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return x + self.down(F.gelu(self.up(self.feed_forward_norm(x))))


class Transformer(nn.Module):
    def __init__(self, shape, outputs):
        super().__init__()
        width, context = shape["width"], shape["prompt"] + shape["response"]
        self.tokens, self.positions = nn.Embedding(shape["vocabulary"], width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(Block(width, shape["heads"]) for _ in range(shape["layers"]))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, outputs)

    def hidden(self, tokens, caches=None, at=0):
        x = self.tokens(tokens) + self.positions(torch.arange(at, at + tokens.shape[1], device=tokens.device))
        for i, block in enumerate(self.blocks):
            x = block(x, None if caches is None else caches[i], at)
        return self.norm(x)

    def log_probs(self, hidden):
        return F.log_softmax(self.head(hidden).float(), -1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", default="small", choices=SHAPES)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    device, shape = torch.device(options.device), SHAPES[options.shape]
    prompt, response, vocabulary = shape["prompt"], shape["response"], shape["vocabulary"]
    length, training, samples, rollouts = prompt + response, shape["training"], shape["samples"], shape["rollouts"]
    bfloat = options.precision == "bfloat16"
    autocast = lambda: torch.autocast(device.type, torch.bfloat16, enabled=bfloat)
    policy, reward = Transformer(shape, vocabulary).to(device), Transformer(shape, 1).to(device)
    reference, value_head = copy.deepcopy(policy), nn.Linear(shape["width"], 1).to(device)
    draw = lambda *size: torch.randint(vocabulary, size, device=device)
    adam = lambda parameters, **more: torch.optim.AdamW(parameters, 1e-4, **more)

    def step(optimizer, parameters, loss):
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()

    @torch.no_grad()
    def sample(prompts):
        count, heads = len(prompts), shape["heads"]
        size = (count, heads, length, shape["width"] // heads)
        kind = torch.bfloat16 if bfloat else torch.float32
        caches = [(torch.empty(size, device=device, dtype=kind), torch.empty(size, device=device, dtype=kind)) for _ in policy.blocks]
        tokens, last, chosen = prompts, prompts, []
        with autocast():
            for t in range(response):
                hidden = policy.hidden(last, caches, 0 if t == 0 else prompt + t - 1)[:, -1]
                log_probs = policy.log_probs(hidden)
                last = torch.multinomial(log_probs.exp(), 1)
                tokens = torch.cat([tokens, last], 1)
                chosen.append(log_probs.gather(1, last))
        return tokens, torch.cat(chosen, 1)

    text, policy_optimizer = draw(training, length), adam(policy.parameters())

    def sft():
        with autocast():
            log_probs = policy.log_probs(policy.hidden(text[:, :-1]))
        step(policy_optimizer, policy.parameters(), -log_probs.gather(2, text[:, 1:, None]).mean())

    batch = draw(samples, length)

    @torch.no_grad()
    def score():
        with autocast():
            reward.head(reward.hidden(batch)[:, -1])

    pairs, reward_optimizer = draw(2 * PAIRS, length), adam(reward.parameters())

    def rm():
        with autocast():
            scores = reward.head(reward.hidden(pairs)[:, -1])[:, 0].float()
        step(reward_optimizer, reward.parameters(), -F.logsigmoid(scores[:PAIRS] - scores[PAIRS:]).mean())

    trained = [*policy.parameters(), *value_head.parameters()]
    ppo_optimizer, prompts = adam(trained, eps=1e-5), draw(rollouts, prompt)

    def evaluate(network, tokens):
        with autocast():
            hidden = network.hidden(tokens[:, :-1])[:, prompt - 1:]
            log_probs = network.log_probs(hidden).gather(2, tokens[:, prompt:, None])[..., 0]
            return log_probs, value_head(hidden)[..., 0].float()

    def ppo():
        tokens, before = sample(prompts)
        with torch.no_grad():
            (_, values), (other, _) = evaluate(policy, tokens), evaluate(reference, tokens)
            with autocast():
                rewards = -0.05 * (before - other)
                rewards[:, -1] += reward.head(reward.hidden(tokens)[:, -1])[:, 0].float()
            advantages, last = torch.zeros_like(rewards), torch.zeros(rollouts, device=device)
            for t in reversed(range(response)):
                following = values[:, t + 1] if t + 1 < response else 0
                last = rewards[:, t] + following - values[:, t] + 0.95 * last
                advantages[:, t] = last
            returns = advantages + values
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        for _ in range(2):
            for part in torch.randperm(rollouts, device=device).chunk(4):
                log_probs, value = evaluate(policy, tokens[part])
                ratio, advantage, old = (log_probs - before[part]).exp(), advantages[part], values[part]
                kept = old + (value - old).clamp(-0.2, 0.2)
                value_loss = torch.max((value - returns[part]) ** 2, (kept - returns[part]) ** 2).mean()
                loss = -torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean() + 0.05 * value_loss
                step(ppo_optimizer, trained, loss)

    def wait():
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    def rate(units, work):
        # A second to warm up, as the engines have.
        for seconds, least in ((1, 1), (options.seconds, 2)):
            start, runs, elapsed = time.perf_counter(), 0, 0
            while elapsed <= seconds or runs < least:
                work()
                wait()
                runs, elapsed = runs + 1, time.perf_counter() - start
        return runs * units / elapsed

    for name, units, work in [("sft", training * length, sft), ("sample", samples * response, lambda: sample(draw(samples, prompt))),
                              ("score", samples * length, score), ("rm", PAIRS, rm), ("ppo", rollouts, ppo)]:
        print(json.dumps({"workload": name, "per_second": round(rate(units, work), 2)}), flush=True)


if __name__ == "__main__":
    main()
