// A mock of an OpenAI-compatible server, with scripted timing and faults. Node 18 or newer, no dependencies.
//
//   node mock_openai.mjs [--port N] [--socket PATH]      prints its port (or the socket's path) as the first line
//
// What a request gets is a scenario: that of its path ("/infill"), else of its model's name, as set through the
// control address, else the name's own words: `mock?count=200&rate=100`, else the default. Chat, /v1/completions
// (and /beta/completions, /v1/fim/completions), /completion and /infill each answer in their own form, streamed or
// whole; the last two and /v1/completions obey n_predict and max_tokens. Fields (times in ms):
//   content    the answer, cut into tokens of about four characters; or
//   tokens     the pieces as they are; or
//   count      that many words, numbered
//   rate       tokens a second (0: at once)           first_ms   from the request to the first token
//   head_ms    from the request to the response head  hold       never sends a head; with a number: falls silent after so many tokens
//   reasoning  sent first, in reasoning_field (reasoning_content)
//   tool_calls [{ index, id, function: { name, arguments } }], arguments cut in two
//   finish     finish_reason (stop); null sends none  done       false: no [DONE]
//   usage      "end" (a last chunk without choices), "choice" (in the finishing chunk), "none", or the object to send
//   window     of chat: counts the prompt, four bytes to a token, refuses a longer one as llama-server does, or, with
//              cut: true, reads only so much of it; obeys max_tokens, which chat does not otherwise
//   die        closes the connection after so many tokens
//   error      error object sent in the stream after error_after tokens (0), then the stream ends
//   status, body, headers, type    answers that instead of a stream; html: true is a 502 page
//   comment_ms a comment so often until the first token
//   eol        line ends ("\n")                       split      writes of so many bytes, each a packet of its own
//   models     what GET /v1/models lists (the known names); hold_models: true never answers that
//   timings    llama-server's, to go with the end of /completion and /infill (with the defaults below)
//   llama      of "*": true, or an object that is merged over GET /props, makes it a llama-server with a Qwen
//              vocabulary: /props, /tokenize, /completion and /infill are there. Without it they are 404, unless
//              their path has a scenario: { "/infill": { status: 501, body: … } }, as every GET may have
// A list of scenarios is used up in order; its last one stays.
//
// Control: POST /_scenarios { name: scenario, … } ("*" is the default), DELETE /_scenarios, GET /_requests, DELETE /_requests.
// GET /_requests lists what came: { method, url, headers, body, at, closed: "ended" | "aborted" | null, tokens }.
import http from 'node:http';
import fs from 'node:fs';

const flag = (name, otherwise) => {
  const i = process.argv.indexOf('--' + name);
  return i < 0 ? otherwise : process.argv[i + 1];
};
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const now = () => Number(process.hrtime.bigint()) / 1e6;

const scenarios = new Map([['*', [{ content: 'Hello from the mock server.' }]]]);
let requests = [];

/// The scenario for a path and a model's name.
function scenario(model, path) {
  let list = scenarios.get(path) ?? scenarios.get(model);
  if (!list && model.includes('?')) {
    const words = Object.fromEntries(new URLSearchParams(model.slice(model.indexOf('?'))));
    for (const k in words) {
      try { words[k] = JSON.parse(words[k]); } catch { /* a plain word */ }
    }
    return words;
  }
  list ??= scenarios.get('*');
  return list.length > 1 ? list.shift() : list[0];
}

function tokens(s) {
  if (s.tokens) return s.tokens;
  if (s.count != null) return Array.from({ length: s.count }, (_, i) => (i % 12 === 11 ? `word${i}\n` : `word${i} `));
  return [...(s.content ?? '')].reduce((out, char, i) => {
    if (i % 4 === 0) out.push(''); // whole code points: JSON cannot hold half of one
    out[out.length - 1] += char;
    return out;
  }, []);
}

function usage(s, count) {
  if (typeof s.usage === 'object') return s.usage;
  return { prompt_tokens: 10, completion_tokens: count, total_tokens: 10 + count };
}

function plain(res, s) {
  const html = s.html && { status: 502, type: 'text/html', body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };
  const { status = 200, type = 'application/json', body = {}, headers = {} } = { ...s, ...html };
  res.writeHead(status, { 'content-type': type, ...headers });
  res.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/// What a form of answer sends for a piece of text and at its end. `made` counts the tokens; `cut` says that a limit
/// ended it.
const forms = {
  chat: {
    piece: (d, text, first) => d.delta({ ...(first ? { role: 'assistant' } : {}), content: text }),
  },
  text: {
    piece: (d, text) => d.chunk([{ index: 0, text, finish_reason: null }]),
    end: (d, s, made, cut) => d.chunk([{ index: 0, text: '', finish_reason: cut ? 'length' : s.finish ?? 'stop' }]),
  },
  llama: {
    piece: (d, text) => d.event({ index: 0, content: text, tokens: [1], stop: false, id_slot: -1 }),
    end: (d, s, made, cut) => d.event({ content: '', ...llamaEnd(s, made, cut) }),
  },
};

function llamaEnd(s, made, cut) {
  const timings = { cache_n: 10, prompt_n: 1, prompt_ms: 1, predicted_n: made, predicted_ms: made, ...s.timings };
  const stop_type = cut || s.finish === 'length' ? 'limit' : 'eos';
  return { stop: true, stop_type, model: 'mock', ...(s.usage === 'none' ? {} : { timings }) };
}

async function stream(res, s, model, seen, form, limit) {
  const eol = s.eol ?? '\n';
  const write = async (text) => {
    const bytes = Buffer.from(text);
    for (let i = 0; i < bytes.length; i += s.split ?? bytes.length) {
      if (res.destroyed) return;
      res.write(bytes.subarray(i, i + (s.split ?? bytes.length)));
      if (s.split) await new Promise(setImmediate);
    }
  };
  const event = (data) => write('data: ' + (typeof data === 'string' ? data : JSON.stringify(data)) + eol + eol);
  const chunk = (choices, more = {}) =>
    event({ id: 'mock-1', object: 'chat.completion.chunk', created: 1, model, choices, ...more });
  const delta = (d, finish_reason = null, more) => chunk([{ index: 0, delta: d, finish_reason }], more);

  const draw = { event, chunk, delta };

  const start = now();
  const all = tokens(s).slice(0, limit);
  const cut = tokens(s).length > all.length;
  await sleep(s.head_ms ?? 0);
  res.socket?.setNoDelay(true);
  res.writeHead(s.status ?? 200, { 'content-type': s.type ?? 'text/event-stream', ...s.headers });
  res.flushHeaders();
  while (s.comment_ms && now() - start + s.comment_ms < (s.first_ms ?? 0)) {
    await sleep(s.comment_ms);
    await write(': keep-alive' + eol + eol);
  }
  await sleep(Math.max(0, (s.first_ms ?? 0) - (now() - start)));
  if (s.reasoning) {
    for (const piece of tokens({ content: s.reasoning })) {
      await delta({ [s.reasoning_field ?? 'reasoning_content']: piece });
      if (s.rate) await sleep(1000 / s.rate);
    }
  }
  const first = now();
  for (let i = 0; i < all.length && !res.destroyed; i++) {
    if (s.error && i === (s.error_after ?? 0)) break;
    if (i === s.die) return res.destroy();
    if (i === s.hold) return;
    const due = s.rate ? first + (i * 1000) / s.rate : 0;
    while (now() < due && !res.destroyed) await sleep(1);
    seen.tokens = i + 1;
    await forms[form].piece(draw, all[i], i === 0);
  }
  if (s.die >= all.length) return res.destroy();
  if (s.hold >= all.length) return;
  if (s.error) {
    await event({ error: s.error });
    return res.end();
  }
  if (form === 'llama') {
    if (s.finish !== null) await forms.llama.end(draw, s, all.length, cut);
    return res.end();
  }
  for (const call of s.tool_calls ?? []) {
    const { name, arguments: text } = call.function;
    const half = text.length >> 1;
    await delta({ tool_calls: [{ ...call, type: 'function', function: { name, arguments: text.slice(0, half) } }] });
    await delta({ tool_calls: [{ index: call.index, function: { arguments: text.slice(half) } }] });
  }
  const finish = s.finish === undefined ? (s.tool_calls ? 'tool_calls' : 'stop') : s.finish;
  const used = usage(s, all.length);
  if (finish && form === 'text') await forms.text.end(draw, s, all.length, cut);
  else if (finish) await delta({}, finish, s.usage === 'choice' ? { usage: used } : {});
  if (s.usage !== 'none' && s.usage !== 'choice') await chunk([], { usage: used });
  if (s.done !== false) await event('[DONE]');
  res.end();
}

/// The scenario for one prompt, where it has a window; else as it is.
function counted(s, body) {
  if (!s.window) return s;
  const text = (body?.messages ?? []).map((one) => String(one.content)).join('\n');
  const sent = Math.ceil(Buffer.byteLength(text) / 4);
  if (sent > s.window && !s.cut) {
    const error = { code: 400, type: 'exceed_context_size_error', n_prompt_tokens: sent, n_ctx: s.window, message: 'the request exceeds the available context size' };
    return { status: 400, body: { error } };
  }
  const all = tokens(s).slice(0, body?.max_tokens);
  return { ...s, tokens: all, usage: { prompt_tokens: Math.min(sent, s.window), completion_tokens: all.length } };
}

function chat(res, body, seen) {
  const model = String(body?.model ?? '');
  const s = counted(scenario(model, '/v1/chat/completions'), body);
  if (s.hold === true) return undefined;
  if (s.html || s.body !== undefined || (s.status && s.status !== 200)) return plain(res, s);
  if (body?.stream) return stream(res, s, model, seen, 'chat');
  const all = tokens(s);
  const message = { role: 'assistant', content: all.join('') };
  if (s.reasoning) message[s.reasoning_field ?? 'reasoning_content'] = s.reasoning;
  if (s.tool_calls) message.tool_calls = s.tool_calls.map((call) => ({ type: 'function', ...call }));
  const choices = [{ index: 0, message, finish_reason: s.finish ?? (s.tool_calls ? 'tool_calls' : 'stop') }];
  return plain(res, { body: { id: 'mock-1', object: 'chat.completion', model, choices, usage: usage(s, all.length) } });
}

/// /v1/completions and llama-server's own two.
function completion(res, body, seen, path, form) {
  const model = String(body?.model ?? '');
  const s = scenario(model, path);
  if (s.hold === true) return undefined;
  if (s.html || s.body !== undefined || (s.status && s.status !== 200)) return plain(res, s);
  const limit = body?.n_predict ?? body?.max_tokens;
  if (body?.stream) return stream(res, s, model, seen, form, limit);
  const text = tokens(s).slice(0, limit);
  const cut = text.length < tokens(s).length;
  if (form === 'llama') return plain(res, { body: { content: text.join(''), ...llamaEnd(s, text.length, cut) } });
  const choices = [{ index: 0, text: text.join(''), finish_reason: cut ? 'length' : s.finish ?? 'stop' }];
  return plain(res, { body: { object: 'text_completion', model, choices, usage: usage(s, text.length) } });
}

const qwen = {
  '<|endoftext|>': 151643, '<|im_start|>': 151644, '<|im_end|>': 151645, '<|fim_prefix|>': 151659,
  '<|fim_middle|>': 151660, '<|fim_suffix|>': 151661, '<|fim_pad|>': 151662, '<|repo_name|>': 151663,
  '<|file_sep|>': 151664,
};

/// The addresses that only a llama-server has; undefined when this is none of them.
function llama(res, method, path, body, seen) {
  const is = scenarios.get('*')?.[0]?.llama;
  const own = scenarios.get(path);
  if (!is && !own) return undefined;
  if (method === 'POST' && (path === '/completion' || path === '/infill')) {
    completion(res, body, seen, path, 'llama');
  } else if (method === 'GET' && path === '/props') {
    plain(res, own ? scenario('', path) : { body: {
      default_generation_settings: { n_ctx: 32768 }, total_slots: 1, model_alias: 'mock', model_path: '/models/mock.gguf',
      ...(is === true ? {} : is),
    } });
  } else if (method === 'POST' && path === '/tokenize') {
    // Special tokens are one token each, other text is one for every four characters.
    const ids = [body?.content ?? []].flat().flatMap((part) => {
      if (typeof part === 'number') return part;
      return qwen[part] ?? Array.from({ length: Math.ceil(part.length / 4) }, (_, i) => 1000 + i);
    });
    plain(res, own ? scenario('', path) : { body: { tokens: ids } });
  } else {
    return undefined;
  }
  return true;
}

const server = http.createServer((req, res) => {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (data) => { text += data; });
  req.on('end', () => {
    let body = text;
    try { body = JSON.parse(text); } catch { /* kept as text */ }
    if (req.url === '/_scenarios') {
      if (req.method === 'DELETE') scenarios.clear();
      for (const name in body) scenarios.set(name, Array.isArray(body[name]) ? body[name] : [body[name]]);
      return plain(res, {});
    }
    if (req.url === '/_requests') {
      if (req.method === 'DELETE') requests = [];
      return plain(res, { body: requests });
    }
    const seen = { method: req.method, url: req.url, headers: req.headers, body, at: now(), closed: null, tokens: 0 };
    requests.push(seen);
    res.on('close', () => { seen.closed = res.writableFinished ? 'ended' : 'aborted'; });
    const path = new URL(req.url, 'http://mock').pathname;
    if (req.method === 'POST' && path.endsWith('/chat/completions')) return chat(res, body, seen);
    if (req.method === 'POST' && path.endsWith('/completions')) return completion(res, body, seen, path, 'text');
    if (llama(res, req.method, path, body, seen)) return undefined;
    if (req.method === 'GET' && scenarios.has(path)) return plain(res, scenario('', path));
    if (req.method === 'GET' && path.endsWith('/models')) {
      if (scenarios.get('*')[0].hold_models) return undefined;
      const ids = scenarios.get('*')[0].models ?? ['mock', ...[...scenarios.keys()].filter((name) => name !== '*')];
      return plain(res, { body: { object: 'list', data: ids.map((id) => ({ id, object: 'model' })) } });
    }
    if (path === '/health') return plain(res, { body: { status: 'ok' } });
    return plain(res, { status: 404, body: { error: { message: `no such address: ${path}`, type: 'not_found' } } });
  });
});
server.keepAliveTimeout = 60000;

const socket = flag('socket');
if (socket) fs.rmSync(socket, { force: true });
server.listen(socket ? { path: socket } : { port: Number(flag('port', 0)), host: '127.0.0.1' }, () => {
  console.log(socket ?? server.address().port);
});
// Ends with whoever started it.
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(0), 500).unref();
