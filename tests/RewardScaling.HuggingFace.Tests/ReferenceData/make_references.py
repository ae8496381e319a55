"""Makes small tokenizers with the settings of well-known families, and what `tokenizers` says of seeded texts.

    python3 make_references.py OUT CORPUS [--texts 200] [--given NAME=tokenizer.json ..] [--charsmap FILE] [--real FILE ..]

CORPUS is any English text (tinyshakespeare.txt was used); CHARSMAP holds the bytes of nmt_nfkc, as a SentencePiece model carries them
(charsmap.py). For each kind OUT gets KIND.tokenizer.json and KIND.texts.jsonl: lines {"text", "ids", "special"} (tokens without and
with what the template adds) and {"ids", "kept", "skipped"} (text of tokens, special ones kept and left out). Made with tokenizers
0.23.1 (Unicode 16).
"""
import argparse
import base64
import json
import os
import random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from texts import REAL, texts

LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace("{1,3}", "")
BYTES = [f"<0x{b:02X}>" for b in range(256)]


def special(*contents, **flags):
    return [AddedToken(c, special=True, normalized=False, **flags) for c in contents]


def bytelevel(corpus, size, normalizer=None, pattern=None, **model):
    t = Tokenizer(models.BPE(**model))
    if normalizer:
        t.normalizer = normalizer
    if pattern:
        t.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    else:
        t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    t.decoder = decoders.ByteLevel()
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    t.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return t


def gpt2(corpus):
    t = bytelevel(corpus, 700)
    t.add_special_tokens(special("<|endoftext|>"))
    return t


def neox(corpus):
    t = bytelevel(corpus, 600, normalizers.NFC())
    t.add_special_tokens(special("<|endoftext|>", "<|padding|>"))
    t.add_tokens([AddedToken(" " * n, normalized=True) for n in range(24, 1, -1)])
    return t


def llama3(corpus):
    t = bytelevel(corpus, 600, pattern=LLAMA3)
    d = json.loads(t.to_str())
    # Words that no merge reaches: only ignore_merges finds them.
    for word in ["Ġdignity", "ĠShakespeare", "Ġconscience", "äººäºº"]:
        d["model"]["vocab"].setdefault(word, len(d["model"]["vocab"]))
    d["model"]["ignore_merges"] = True
    t = Tokenizer.from_str(json.dumps(d))
    t.add_special_tokens(special("<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|eot_id|>"))
    begin = t.token_to_id("<|begin_of_text|>")
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), processors.TemplateProcessing(
        single="<|begin_of_text|> $A", pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1", special_tokens=[("<|begin_of_text|>", begin)])])
    return t


def qwen2(corpus):
    t = bytelevel(corpus, 600, normalizers.NFC(), QWEN2)
    t.add_special_tokens(special("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    t.add_tokens([AddedToken("<tool_call>", normalized=False), AddedToken("</tool_call>", normalized=False)])
    return t


def sentencepiece_bpe(corpus, words, **model):
    """Merges learned word by word, as SentencePiece does, and the byte tokens behind the first three."""
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = words
    t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=420, show_progress=False))
    learned = json.loads(t.to_str())["model"]
    names = ["<unk>", "<s>", "</s>", *BYTES]
    names += [name for name in learned["vocab"] if name not in names]
    return Tokenizer(models.BPE(
        vocab={name: i for i, name in enumerate(names)}, merges=[tuple(m) for m in learned["merges"]],
        unk_token="<unk>", fuse_unk=True, byte_fallback=True, **model))


def llama_decoder(strip=True):
    parts = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence(parts + ([decoders.Strip(" ", 1, 0)] if strip else []))


def begin_template():
    return processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])


def llama2(corpus):
    t = sentencepiece_bpe(corpus, pre_tokenizers.Metaspace())
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = llama_decoder()
    t.post_processor = begin_template()
    t.add_special_tokens(special("<unk>", "<s>", "</s>"))
    return t


def mistral(corpus):
    t = sentencepiece_bpe(corpus, pre_tokenizers.Metaspace())
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    t.decoder = llama_decoder()
    t.post_processor = begin_template()
    t.add_special_tokens(special("<unk>", "<s>", "</s>", "[INST]", "[/INST]"))
    return t


def gemma(corpus):
    t = sentencepiece_bpe(corpus, pre_tokenizers.Metaspace(prepend_scheme="never"))
    t.normalizer = normalizers.Replace(" ", "▁")
    t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    t.decoder = llama_decoder(strip=False)
    t.post_processor = begin_template()
    t.add_special_tokens(special("<unk>", "<s>", "</s>", "<start_of_turn>"))
    t.add_tokens([AddedToken("\n" * n, normalized=False) for n in range(2, 6)])
    return t


def smollm(corpus):
    t = bytelevel(corpus, 600)
    t.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    t.add_special_tokens(special("<|endoftext|>", "<|im_start|>", "<|im_end|>"))
    return t


def unigram(corpus, size, normalizer, words, metaspace, tokens, **model):
    t = Tokenizer(models.Unigram())
    t.normalizer, t.pre_tokenizer = normalizer, words
    t.train_from_iterator(corpus, trainers.UnigramTrainer(
        vocab_size=size, show_progress=False, unk_token="<unk>", special_tokens=tokens))
    if model:
        d = json.loads(t.to_str())
        d["model"].update(model)
        d["added_tokens"] = [added for added in d["added_tokens"] if added["content"] not in BYTES]
        t = Tokenizer.from_str(json.dumps(d))
    t.decoder = metaspace
    t.add_special_tokens(special(*[token for token in tokens if token not in BYTES]))
    return t


def t5(corpus, charsmap):
    words = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t = unigram(corpus, 800, normalizers.Precompiled(charsmap), words, decoders.Metaspace(), ["<pad>", "</s>", "<unk>"])
    t.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", t.token_to_id("</s>"))])
    t.add_special_tokens(special("<mask>", lstrip=True) + special("<extra_id_0>", rstrip=True) + [AddedToken("wordy", single_word=True)])
    return t


def unigram_bytes(corpus):
    """Unigram with byte fallback, the normalization of Unicode and a pattern to replace."""
    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " "), normalizers.Strip(left=False, right=True)])
    t = unigram(corpus, 600, normalizer, pre_tokenizers.Metaspace(prepend_scheme="first"), llama_decoder(), ["<unk>", "<s>", "</s>", *BYTES],
                byte_fallback=True)
    t.post_processor = begin_template()
    return t


def uncased(corpus):
    """As ALBERT has it: lower case, no accents."""
    normalizer = normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
                                       normalizers.StripAccents(), normalizers.Lowercase()])
    words = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    return unigram(corpus, 500, normalizer, words, decoders.Metaspace(), ["<pad>", "<unk>", "[CLS]"])


def references(tokenizer, count, seed, real):
    contents = [t.content for t in tokenizer.get_added_tokens_decoder().values() if not t.content.startswith("<0x")]
    lines = []
    for text in texts(count, seed, contents, real):
        lines.append({"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids,
                      "special": tokenizer.encode(text, add_special_tokens=True).ids})
    r = random.Random(seed + 1)
    size = tokenizer.get_vocab_size()
    for line in lines[:]:
        ids = line["special"] if r.random() < 0.5 else [r.randrange(size) for _ in range(r.randrange(1, 20))]
        if r.random() < 0.3:
            ids = ids[r.randrange(len(ids) + 1):]
        lines.append({"ids": ids, "kept": tokenizer.decode(ids, skip_special_tokens=False),
                      "skipped": tokenizer.decode(ids, skip_special_tokens=True)})
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("corpus")
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--given", nargs="*", default=[])
    parser.add_argument("--charsmap")
    parser.add_argument("--real", nargs="*", default=[])
    a = parser.parse_args()
    english = open(a.corpus, encoding="utf-8").read().split("\n\n")[:3000]
    corpus = english + REAL * 20
    real = [line for f in a.real for line in open(f, encoding="utf-8", errors="ignore").read().split("\n")]
    made = {f.__name__: f(corpus) for f in [gpt2, neox, llama3, qwen2, llama2, mistral, gemma, smollm, unigram_bytes, uncased]}
    if a.charsmap:
        made["t5"] = t5(corpus, open(a.charsmap, "rb").read())
    for given in a.given:
        name, path = given.split("=")
        made[name] = Tokenizer.from_file(path)
    os.makedirs(a.out, exist_ok=True)
    for seed, (name, tokenizer) in enumerate(made.items()):
        json.dump(json.loads(tokenizer.to_str()), open(f"{a.out}/{name}.tokenizer.json", "w"), separators=(",", ":"))
        with open(f"{a.out}/{name}.texts.jsonl", "w") as out:
            for line in references(tokenizer, a.texts, 1000 * seed, real):
                out.write(json.dumps(line, separators=(",", ":")) + "\n")


main()
