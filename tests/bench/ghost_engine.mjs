// A mock llama-server whose only virtue is its clock, for tests/bench/ghost.lua.
//   node ghost_engine.mjs [PORT…]    0: any free one; prints the ports it listens on, in order, as one JSON line
//
// A completion: first token 50 ms after the last byte of the request, 24 tokens 5 ms apart (BENCH_TTFT, BENCH_TOKEN,
// BENCH_TOKENS). Its text begins with "return qzN_", N the request's number, so that whoever sees ghost text knows
// which request it comes from. A port has a log of its own: GET /_log, and DELETE /_log to begin anew.
// Times are CLOCK_MONOTONIC in ms, the clock of vim.uv.hrtime().
import http from 'node:http';
import { before, shape } from './ghost_prompt.mjs';

const setting = (name, value) => Number(process.env[name] ?? value);
const TTFT = setting('BENCH_TTFT', 50);
const EVERY = setting('BENCH_TOKEN', 5);
const TOKENS = setting('BENCH_TOKENS', 24);

const now = () => Number(process.hrtime.bigint()) / 1e6;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const piece = (i, seq) =>
  i === 0 ? `return qz${seq}_` : ['first', '.value(left', ', right)', '\n    other = ', 'left + right', '\n    total += '][(i - 1) % 6] + (i > 6 ? i : '');

// What a Qwen model's vocabulary makes of the special tokens; any other text is one token per four bytes.
const special = {
  '<|endoftext|>': 151643, '<|fim_prefix|>': 151659, '<|fim_middle|>': 151660, '<|fim_suffix|>': 151661,
  '<|fim_pad|>': 151662, '<|repo_name|>': 151663, '<|file_sep|>': 151664,
};
const tokens = (text) =>
  special[text] !== undefined ? [special[text]] : Array.from({ length: Math.ceil(text.length / 4) }, (_, i) => 1000 + i);
const model = 'qwen2.5-coder-1.5b-mock';
const side = {
  '/health': () => ({ status: 'ok' }),
  '/props': () => ({ default_generation_settings: { n_ctx: 32768 }, total_slots: 4, model_path: `${model}.gguf`, build_info: 'mock', is_sleeping: false }),
  '/v1/models': () => ({ object: 'list', data: [{ id: model, object: 'model', owned_by: 'llamacpp', meta: { n_ctx_train: 32768 } }] }),
  '/slots': () => [0, 1, 2, 3].map((id) => ({ id, n_ctx: 32768, is_processing: false })),
  '/tokenize': ({ content = '' }) => ({ tokens: [content].flat().flatMap((bit) => (typeof bit === 'number' ? [bit] : tokens(bit))) }),
};

const timings = { cache_n: 1000, prompt_n: 2, prompt_ms: 1, prompt_per_token_ms: 1, prompt_per_second: 1, predicted_n: TOKENS, predicted_ms: 1, predicted_per_token_ms: 1, predicted_per_second: 1 };
const forms = {
  llama: {
    chunk: (content) => ({ content, tokens: [], stop: false, id_slot: 0, index: 0 }),
    last: { content: '', tokens: [], stop: true, stop_type: 'limit', id_slot: 0, index: 0, timings },
    whole: (content) => ({ content, stop: true, timings, truncated: false, tokens_cached: 1000 }),
  },
  text: {
    chunk: (text) => ({ choices: [{ index: 0, text, finish_reason: null }] }),
    last: { choices: [{ index: 0, text: '', finish_reason: 'length' }], timings },
    whole: (text) => ({ choices: [{ index: 0, text, finish_reason: 'length' }], timings }),
    done: true,
  },
  chat: {
    chunk: (content) => ({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
    last: { choices: [{ index: 0, delta: {}, finish_reason: 'length' }], timings },
    whole: (content) => ({ choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'length' }], timings }),
    done: true,
  },
};

async function complete(entry, body, form, res) {
  let closed = false;
  res.on('close', () => {
    closed = true;
    if (!entry.done) entry.closed = now();
  });
  const limit = body.n_predict ?? body.max_tokens ?? TOKENS;
  const count = Math.min(TOKENS, limit);
  const send = (data) => res.write(`data: ${JSON.stringify(data)}\n\n`);
  if (body.stream) res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  await sleep(entry.warm ? 1 : TTFT);
  entry.first = now();
  let text = '';
  for (let i = 0; i < count && !closed; i++) {
    entry.last = now();
    if (body.stream) send(form.chunk(piece(i, entry.seq)));
    text += piece(i, entry.seq);
    await sleep(EVERY);
  }
  if (closed) return;
  if (!body.stream) {
    entry.last = now();
    res.setHeader('content-type', 'application/json').end(JSON.stringify(form.whole(text)));
  } else {
    send(form.last);
    res.end(form.done ? 'data: [DONE]\n\n' : undefined);
  }
  entry.done = now();
}

function listen(port) {
  let log = [];
  let seq = 0;
  const server = http.createServer((req, res) => {
    let text = '';
    req.on('data', (data) => { text += data; });
    req.on('end', () => {
      const at = now();
      const json = (value) => res.setHeader('content-type', 'application/json').end(JSON.stringify(value));
      if (req.url === '/_log') {
        if (req.method === 'DELETE') log = [];
        return json(log);
      }
      let body = {};
      try { body = JSON.parse(text || '{}'); } catch { /* counted below as a completion of nothing */ }
      const path = req.url.split('?')[0];
      const name = shape(path);
      if (req.method === 'GET' || !name) return json((side[path] ?? (() => ({ tokens: [], data: [] })))(body));
      const entry = {
        seq: ++seq, at, path, warm: (body.n_predict ?? body.max_tokens) === 0, slot: body.id_slot ?? -1, bytes: text.length,
        before: before(body).slice(-400), first: 0, last: 0, done: 0, closed: 0,
      };
      log.push(entry);
      return complete(entry, body, forms[name], res);
    });
  });
  server.keepAliveTimeout = 600000;
  return new Promise((done) => { server.listen(port, '127.0.0.1', () => done(server.address().port)); });
}

const wanted = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await Promise.all((wanted.length ? wanted : [0]).map(listen))));
