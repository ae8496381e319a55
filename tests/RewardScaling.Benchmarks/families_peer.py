#!/usr/bin/env python3
"""What `families` sets the engines beside: eager PyTorch in training, HF generate and llama.cpp's server in drawing.

    families_peer.py --model DIR [--threads N] [--tokens N] [--batches N] [--seconds N]

DIR holds a model folder of gpt2 or qwen2 that `families` wrote. Needs torch, transformers, gguf and llama-server on the PATH. Prints one
line of JSON for each: {"who", "what", "per_second"}, per_second being a list, one number for each batch, the first left out. Training: 4 sequences of 64 tokens, the loss of the next token, AdamW, clipping.
Drawing: 32 sequences from prompts of 4 tokens, from the whole distribution, none ends early; the server has 32 slots, and the clock runs
from the first request to the last answer. DIR.gguf is made once, in float32.
"""
import argparse
import concurrent.futures
import json
import os
import subprocess
import time
import urllib.request


def report(options, who, what, tokens, run):
    """Runs one batch that does not count, then as many as are asked for, then more until the time is over."""
    run()
    rates = []
    begin = before = time.perf_counter()
    while len(rates) < options.batches or before - begin < options.seconds:
        run()
        now = time.perf_counter()
        rates.append(tokens / (now - before))
        before = now
    print(json.dumps({"who": who, "what": what, "per_second": rates}), flush=True)


def pytorch(options):
    import torch
    from transformers import AutoModelForCausalLM
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    vocabulary = model.config.vocab_size
    tokens = torch.randint(vocabulary, (4, 64))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)

    def step():
        optimizer.zero_grad()
        model(input_ids=tokens, labels=tokens, use_cache=False).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    report(options, "pytorch", "train", 256, step)
    del optimizer
    model.zero_grad(set_to_none=True)
    prompts = torch.randint(vocabulary, (32, 4))
    draw = lambda: model.generate(prompts, attention_mask=torch.ones_like(prompts), do_sample=True, top_k=0, top_p=1.0, pad_token_id=0,
                                  eos_token_id=None, min_new_tokens=options.tokens, max_new_tokens=options.tokens)
    with torch.no_grad():
        report(options, "generate", "draw", 32 * options.tokens, draw)


def convert(model, path):
    """The weights as llama.cpp has them; the tokenizer is made up, because prompts are numbers."""
    import gguf
    import numpy as np
    from safetensors import safe_open
    config = json.load(open(os.path.join(model, "config.json")))
    is_gpt2 = config["model_type"] == "gpt2"
    writer = gguf.GGUFWriter(path, config["model_type"])
    of = lambda gpt2, other: config[gpt2 if is_gpt2 else other]
    width, heads = of("n_embd", "hidden_size"), of("n_head", "num_attention_heads")
    writer.add_context_length(of("n_positions", "max_position_embeddings"))
    writer.add_embedding_length(width)
    writer.add_feed_forward_length(of("n_inner", "intermediate_size"))
    writer.add_block_count(of("n_layer", "num_hidden_layers"))
    writer.add_head_count(heads)
    if is_gpt2:
        writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    else:
        writer.add_head_count_kv(config["num_key_value_heads"])
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
    writer.add_file_type(0)
    size = config["vocab_size"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list([f"t{i}" for i in range(size)])
    writer.add_token_types([1] * size)
    writer.add_token_merges(["t 0"])
    names = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm", "h.": "blk.", "ln_1": "attn_norm", "attn.c_attn": "attn_qkv",
             "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"} if is_gpt2 else {
             "embed_tokens": "token_embd", "layers.": "blk.", "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q",
             "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
             "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
    with safe_open(os.path.join(model, "model.safetensors"), "np") as file:
        for name in file.keys():
            tensor = file.get_tensor(name).astype(np.float32)
            if is_gpt2 and any(part in name for part in ("c_attn.weight", "c_proj.weight", "c_fc.weight")):
                tensor = tensor.T
            short = name.removeprefix("transformer.").removeprefix("model.")
            if short == "norm.weight":
                short = "output_norm.weight"
            for there, here in names.items():
                short = short.replace(there, here)
            writer.add_tensor(short, np.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return size


def llama(options):
    path = options.model + ".gguf"
    if not os.path.exists(path):
        convert(options.model, path + ".tmp")
        os.rename(path + ".tmp", path)
    port = "8197"
    server = subprocess.Popen(["llama-server", "-m", path, "--host", "127.0.0.1", "--port", port, "-np", "32", "-c", str(32 * 128),
                               "-t", str(options.threads), "-tb", str(options.threads), "--no-webui", "--no-warmup"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                if b"ok" in urllib.request.urlopen(f"http://127.0.0.1:{port}/health").read():
                    break
            except OSError:
                if server.poll() is not None:
                    raise RuntimeError("llama-server ended")
                time.sleep(0.25)

        def ask(i):
            body = {"prompt": [i + 1, 2 * i + 1, 3 * i + 1, 7], "n_predict": options.tokens, "ignore_eos": True, "temperature": 1.0, "top_k": 0,
                    "top_p": 1.0, "min_p": 0.0, "samplers": ["temperature"], "cache_prompt": False, "seed": i}
            request = urllib.request.Request(f"http://127.0.0.1:{port}/completion", json.dumps(body).encode(),
                                             {"Content-Type": "application/json"})
            drawn = json.loads(urllib.request.urlopen(request).read())["tokens_predicted"]
            if drawn != options.tokens:
                raise RuntimeError(f"llama-server drew {drawn} tokens, not {options.tokens}")

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            report(options, "llama.cpp", "draw", 32 * options.tokens, lambda: list(pool.map(ask, range(32))))
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=8)
    parser.add_argument("--batches", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    chosen = parser.parse_args()
    llama(chosen)
    pytorch(chosen)
