"""The checkpoints of a run as transformers 5.12.1 leaves them, with the metrics of TRL's GRPO in made-up values.

    python3 trainer-state.py OUTPUT

Each folder holds trainer_state.json, written by TrainerState.save_to_json: every second step, one of them with a NaN in a column of no use.
"""
import sys
from pathlib import Path

import torch
from transformers import TrainerControl, TrainerState

torch.manual_seed(3)
state = TrainerState(max_steps=8, num_train_epochs=1, logging_steps=2, save_steps=4, train_batch_size=4)
for step in range(2, 10, 2):
    state.global_step, state.epoch = step, step / 8
    reward = 0.3 * step ** 0.5
    row = {"loss": round(float(torch.rand(())), 4), "grad_norm": float(torch.rand(())), "learning_rate": 1e-6 * (8 - step) / 8, "num_tokens": 1000.0 * step,
           "completions/mean_length": 100.0 + step, "completions/min_length": 10.0, "completions/max_length": 200.0, "completions/clipped_ratio": 0.0,
           "rewards/proxy/mean": reward, "rewards/proxy/std": 0.5, "rewards/gold/mean": 0.25 * step ** 0.5 - 0.03 * step, "rewards/gold/std": 0.5,
           "reward": reward, "reward_std": 0.5, "frac_reward_zero_std": 0.0, "kl": 0.02 * step, "entropy": 1.5 - 0.05 * step, "clip_ratio/region_mean": 0.0}
    if step == 6:
        row["grad_norm"] = float("nan")
    state.log_history.append({**row, "epoch": state.epoch, "step": step})
    if step % 4 == 0:
        folder = Path(sys.argv[1]) / f"checkpoint-{step}"
        folder.mkdir(parents=True, exist_ok=True)
        state.stateful_callbacks = {"TrainerControl": TrainerControl().state()}
        state.save_to_json(str(folder / "trainer_state.json"))
