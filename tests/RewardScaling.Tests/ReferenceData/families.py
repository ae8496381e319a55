"""Small random models of every family, made by transformers 5.12.1 on PyTorch 2.14, with what they compute.

    python3 families.py OUTPUT
    python3 families.py --check SAVED OUTPUT

The second compares folders that RewardScaling saved (ModelFolder.Save, of each of these) with what transformers made of the originals.
Each folder holds config.json and the weights as transformers saves them; expected.json has tokens, logits after each but the last token
and greedy continuations, or scores; gradients.safetensors has the gradients of minus the summed log-probabilities of all tokens but the
first, or of the scores times 1, -0.5, 0.25. All of it in float32 from weights that were first rounded to what is stored.
"""
import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import (AutoModelForCausalLM, AutoModelForSequenceClassification, GPT2Config, GPT2ForSequenceClassification,
                          GPT2LMHeadModel, GPTNeoXConfig, GPTNeoXForCausalLM,
                          GPTNeoXForSequenceClassification, LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification,
                          MistralConfig, MistralForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification,
                          Qwen3Config, Qwen3ForCausalLM)

VOCABULARY, CONTEXT = 37, 48
COMMON = dict(vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, hidden_size=16, intermediate_size=28, num_hidden_layers=2,
              num_attention_heads=4, bos_token_id=1, eos_token_id=2, pad_token_id=None)
GPT2 = dict(vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=20, n_layer=2, n_head=4, bos_token_id=1, eos_token_id=2)


def rope(kind, **more):
    return dict(rope_parameters=dict(rope_type=kind, rope_theta=100.0, **more))


LLAMA3 = rope("llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=12)
YARN = rope("yarn", factor=4.0, original_max_position_embeddings=12)
MODELS = {
    "gpt2": (GPT2LMHeadModel, GPT2Config(**GPT2), {}),
    "gpt2-untied": (GPT2LMHeadModel, GPT2Config(**GPT2, n_inner=24, activation_function="gelu", tie_word_embeddings=False,
                                                 layer_norm_epsilon=1e-3), dict(max_shard_size="6KB")),
    "gpt2-score": (GPT2ForSequenceClassification, GPT2Config(**GPT2, num_labels=1), {}),
    "neox": (GPTNeoXForCausalLM, GPTNeoXConfig(**{**COMMON, "hidden_size": 32}), {}),
    "neox-sequential": (GPTNeoXForCausalLM, GPTNeoXConfig(**COMMON, use_parallel_residual=False, attention_bias=False,
                                                          hidden_act="gelu_new", tie_word_embeddings=True,
                                                          **rope("linear", factor=2.5, partial_rotary_factor=1.0)), {}),
    "neox-score": (GPTNeoXForSequenceClassification, GPTNeoXConfig(**{**COMMON, "hidden_size": 32}, num_labels=1), {}),
    "llama": (LlamaForCausalLM, LlamaConfig(**COMMON, num_key_value_heads=2), {}),
    "llama-3": (LlamaForCausalLM, LlamaConfig(**COMMON, num_key_value_heads=1, head_dim=6, tie_word_embeddings=True,
                                              attention_bias=True, mlp_bias=True, **LLAMA3), dict(dtype=torch.bfloat16)),
    "llama-dynamic": (LlamaForCausalLM, LlamaConfig(**{**COMMON, "num_hidden_layers": 1}, **rope("dynamic", factor=2.0)), {}),
    "llama-score": (LlamaForSequenceClassification, LlamaConfig(**COMMON, num_key_value_heads=2, num_labels=1), {}),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**COMMON, num_key_value_heads=2, tie_word_embeddings=True), {}),
    "qwen2-yarn": (Qwen2ForCausalLM, Qwen2Config(**COMMON, num_key_value_heads=4, **YARN), dict(max_shard_size="9KB")),
    "qwen2-score": (Qwen2ForSequenceClassification, Qwen2Config(**COMMON, num_key_value_heads=2, num_labels=1), {}),
    "mistral": (MistralForCausalLM, MistralConfig(**COMMON, num_key_value_heads=2, head_dim=8, sliding_window=24),
                dict(dtype=torch.float16)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**COMMON, num_key_value_heads=2, head_dim=10), {}),
    "qwen3-bias": (Qwen3ForCausalLM, Qwen3Config(**COMMON, num_key_value_heads=1, head_dim=4, attention_bias=True,
                                                 tie_word_embeddings=True), {}),
}


def make(folder, kind, config, dtype=torch.float32, **saving):
    torch.manual_seed(len(folder.name))
    config._attn_implementation = "eager"
    model = kind(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Away from zeros and ones, so that every gain and bias counts.
            parameter.add_(torch.randn_like(parameter) * (0.15 if parameter.ndim > 1 else 0.3))
            parameter.copy_(parameter.to(dtype))
    lengths = (9, 5, 13)
    sequences = [torch.randint(3, VOCABULARY, (length,)) for length in lengths]
    expected = dict(tokens=[tokens.tolist() for tokens in sequences])
    if "Sequence" in kind.__name__:
        scores = [model(tokens[None]).logits[0, 0] for tokens in sequences]
        expected["scores"] = [score.item() for score in scores]
        sum(score * weight for score, weight in zip(scores, (1, -0.5, 0.25))).backward()
    else:
        loss, expected["logits"], expected["greedy"] = 0, [], []
        for tokens in sequences:
            logits = model(tokens[None]).logits[0, :-1]
            expected["logits"].append([[float(f"{value:.7g}") for value in row] for row in logits.tolist()])
            loss = loss - logits.log_softmax(-1).gather(1, tokens[1:, None]).sum()
            with torch.no_grad():
                grown = tokens[None]
                for _ in range(10):
                    grown = torch.cat([grown, model(grown).logits[:, -1:].argmax(-1)], 1)
            expected["greedy"].append(grown[0, len(tokens):].tolist())
        loss.backward()
    gradients = {name: parameter.grad.clone().contiguous() for name, parameter in model.named_parameters()}
    model.to(dtype).save_pretrained(folder, **saving)
    (folder / "generation_config.json").unlink(missing_ok=True)
    save_file(gradients, folder / "gradients.safetensors")
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")


def check(saved, expected):
    kind = AutoModelForSequenceClassification if saved.name.endswith("-score") else AutoModelForCausalLM
    model, expected = kind.from_pretrained(saved).eval(), json.loads((expected / "expected.json").read_text())
    with torch.no_grad():
        for i, tokens in enumerate(expected["tokens"]):
            logits = model(torch.tensor([tokens])).logits
            if "scores" in expected:
                difference = abs(logits[0, 0].item() - expected["scores"][i])
            else:
                difference = (logits[0, :-1] - torch.tensor(expected["logits"][i])).abs().max().item()
            assert difference < 1e-4, (saved.name, i, difference)
    print(saved.name, type(model).__name__, "the same")


if sys.argv[1] == "--check":
    for folder in sorted(Path(sys.argv[2]).iterdir()):
        check(folder, Path(sys.argv[3]) / folder.name)
elif __name__ == "__main__":
    for name, (kind, config, saving) in MODELS.items():
        folder = Path(sys.argv[1]) / name
        folder.mkdir(parents=True, exist_ok=True)
        make(folder, kind, config, **saving)
        print(name, sum(path.stat().st_size for path in folder.iterdir()))
