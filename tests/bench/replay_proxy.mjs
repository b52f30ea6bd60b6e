// Stands between backends and one llama-server, for tests/bench/replay.lua, and writes down what each completion cost.
//   node replay_proxy.mjs SOCKET PORT    SOCKET: llama-server's unix socket; 0: any free port; prints the port it
//                                        listens on as a JSON array
//
// A request that is given up never brings its timings, so streamed completions are sent on with `return_progress`: the
// first event then says how much of the prompt comes from the cache, before anything is evaluated. Those events are
// taken out again. GET /_log as in ghost_engine.mjs; fields of an entry:
//   client         the header x-bench
//   fresh, cached  prompt tokens evaluated, taken from the cache; missing when it was given up before the server began
//   first          the first text went back;  done  the answer was complete;  closed  the client went away before
// POST /_truth {client, text, share}: from now on `share` of this client's answers (0 … 1, picked by number) say what is really going to be
// typed, as far as the place is found in `text`. The engine's work and pace stay what they are.
import http from 'node:http';
import { parts, shape } from './ghost_prompt.mjs';

const [socketPath, port] = process.argv.slice(2);
const now = () => Number(process.hrtime.bigint()) / 1e6;
const agent = new http.Agent({ keepAlive: true });

const collect = (stream) => new Promise((done, fail) => {
  const chunks = [];
  stream.on('data', (data) => chunks.push(data));
  stream.on('end', () => done(Buffer.concat(chunks)));
  stream.on('error', fail);
});

// What is really typed after `before`, a piece at a time; undefined when the place is not found or not unique.
function future(truth, before) {
  const tail = before.slice(-120);
  const at = tail.length >= 20 ? truth.indexOf(tail) : -1;
  if (at < 0 || truth.indexOf(tail, at + 1) >= 0) return undefined;
  let from = at + tail.length;
  return () => truth.slice(from, (from += 4));
}

function note(entry, event) {
  const progress = event.prompt_progress;
  if (progress && entry.fresh === undefined) Object.assign(entry, { cached: progress.cache, fresh: progress.total - progress.cache });
  const timings = event.timings;
  if (timings?.predicted_n > 0) Object.assign(entry, { cached: timings.cache_n, fresh: timings.prompt_n, predicted: timings.predicted_n });
}

// Events one by one, those about progress left out, texts replaced when `say` is given.
function relay(entry, say, from, to) {
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (data) => {
    const blocks = (rest + data).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      if (!block.startsWith('data: {')) {
        to.write(`${block}\n\n`);
        continue;
      }
      const event = JSON.parse(block.slice(6));
      note(entry, event);
      if (event.prompt_progress) continue;
      if (say && event.content) event.content = say();
      if (event.content && !entry.first) entry.first = now();
      to.write(`data: ${JSON.stringify(event)}\n\n`);
    }
  });
  from.on('end', () => {
    entry.done = now();
    to.end(rest);
  });
}

const log = [];
const truths = {};
const server = http.createServer(async (req, res) => {
  const sent = await collect(req).catch(() => undefined);
  if (!sent) return;
  const at = now();
  if (req.url === '/_truth') {
    const truth = JSON.parse(sent);
    truths[truth.client] = truth;
  }
  if (req.url.startsWith('/_')) return res.end(JSON.stringify(log));

  const path = req.url.split('?')[0];
  let body;
  let entry = {};
  let say;
  if (req.method === 'POST' && shape(path)) {
    body = JSON.parse(sent);
    const { head, prefix, suffix, middle } = parts(body);
    const before = prefix + middle;
    entry = {
      seq: log.length + 1, client: req.headers['x-bench'] ?? '', at, path, slot: body.id_slot ?? -1, bytes: sent.length,
      warm: (body.n_predict ?? body.max_tokens) === 0,
      anchor: `${head.length}:${prefix}\0${suffix}`, before: before.slice(-200), suffix: suffix.split('\n').length,
      middle: middle.length, first: 0, done: 0, closed: 0,
    };
    log.push(entry);
    const truth = truths[entry.client];
    if (truth && (entry.seq * 0.618034) % 1 < truth.share) say = future(truth.text, before);
    if (body.stream) Object.assign(body, { return_progress: true, timings_per_token: true });
  }
  const data = body ? Buffer.from(JSON.stringify(body)) : sent;
  const headers = { ...req.headers, 'content-length': data.length, host: 'localhost' };
  delete headers['transfer-encoding'];
  const up = http.request({ socketPath, path: req.url, method: req.method, headers, agent }, (from) => {
    entry.status = from.statusCode;
    res.writeHead(from.statusCode, from.headers);
    if (/event-stream/.test(from.headers['content-type'])) {
      res.flushHeaders();
      return relay(entry, say, from, res);
    }
    return collect(from).then((all) => {
      entry.done = now();
      if (body && from.statusCode === 200) note(entry, JSON.parse(all));
      res.end(all);
    }, () => res.destroy());
  });
  up.on('error', () => res.destroy());
  res.on('close', () => {
    if (entry.done) return;
    entry.closed = now();
    up.destroy();
  });
  up.end(data);
});
server.keepAliveTimeout = 600000;
server.listen(Number(port), '127.0.0.1', () => console.log(JSON.stringify([server.address().port])));
