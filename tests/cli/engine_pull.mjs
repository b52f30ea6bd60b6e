// `coder-nvim engine pull` against a server that breaks off, moves and cheats.
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { bin, equal, match, run, scratch, test } from './harness.mjs';

/// A GGUF file without tensors, and much behind its head.
const body = Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0]), Buffer.alloc(16), crypto.randomBytes(3000000)]);
const sum = crypto.createHash('sha256').update(body).digest('hex');

/// Serves `body`; `options` say how it misbehaves. `asked` are the Range headers that came.
async function serve(options = {}) {
  const asked = [], urls = [];
  let cuts = options.cuts ?? 0, stalls = options.stalls ?? 0;
  const server = http.createServer((req, res) => {
    asked.push(req.headers.range ?? '');
    urls.push(req.url);
    if (req.url.startsWith('/moved')) return res.writeHead(302, { location: options.to ?? '/real/m.gguf?sig=1', ...options.moved }).end('elsewhere');
    if (options.status) return res.writeHead(options.status).end('no');
    const sent = options.body ?? body;
    const headers = { 'content-type': 'application/octet-stream' };
    if (options.etag !== null) headers.etag = options.etag ?? '"v1"';
    let from = 0;
    const range = /^bytes=(\d+)-$/.exec(req.headers.range ?? '');
    if (range && req.headers['if-range'] === headers.etag && !options.ignoreRange) {
      from = Number(range[1]);
      if (from >= sent.length) return res.writeHead(416, { 'content-range': `bytes */${sent.length}` }).end();
      headers['content-range'] = `bytes ${from}-${sent.length - 1}/${sent.length}`;
    }
    headers['content-length'] = options.length ?? sent.length - from;
    res.writeHead(from ? 206 : 200, headers);
    if (stalls > 0) {
      stalls--;
      return res.write(sent.subarray(from, from + 700000));
    }
    if (cuts > 0) {
      cuts--;
      return res.write(sent.subarray(from, from + 700000), () => setTimeout(() => res.destroy(), 20));
    }
    res.end(sent.subarray(from));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, asked, urls, options, close: () => { server.closeAllConnections(); server.close(); } };
}
let count = 0;
const place = () => {
  const data = path.join(scratch, `pull-${++count}`);
  return { env: { XDG_DATA_HOME: data }, folder: path.join(data, 'coder-nvim/models') };
};
const pull = (env, ...words) => run(['engine', 'pull', '--json', ...words], { env });

test('engine pull: a file, its checksum, and again', async () => {
  const server = await serve(), { env, folder } = place();
  const r = await pull(env, `${server.url}/some/m.gguf?download=true`, '--sha256', sum.toUpperCase());
  equal([r.code, r.json], [0, { file: `${folder}/m.gguf`, bytes: body.length, sha256: sum, verified: true, resumed: false }]);
  match(r.err, /2 of 2 MiB, 100 %\n$/);
  equal(fs.readFileSync(`${folder}/m.gguf`).equals(body), true);
  equal(fs.readdirSync(folder), ['m.gguf']);
  const again = await run(['engine', 'pull', `${server.url}/m.gguf`], { env });
  equal(again.code, 0);
  match(again.out, new RegExp(`SHA-256 ${sum}; compare`));
  equal(server.asked.length, 1, 'requests');
  equal((await pull(env, `${server.url}/m.gguf`, '--sha256', '0'.repeat(64))).code, 7);
  server.close();
});

test('engine pull: models by name', async () => {
  const server = await serve(), { env, folder } = place();
  const listed = await pull(env);
  equal(listed.code, 0);
  equal(listed.json.presets.some((one) => one.suggested), true);
  match((await run(['engine', 'pull'], { env })).out, /\n[* ] cpu-fim +ghost text, for no GPU: qwen/);
  const r = await pull({ ...env, HF_ENDPOINT: `${server.url}/hub/` }, 'cpu-fim');
  equal([r.code, r.json.file], [0, `${folder}/qwen2.5-coder-1.5b-q8_0.gguf`]);
  equal(server.urls, ['/hub/ggml-org/Qwen2.5-Coder-1.5B-Q8_0-GGUF/resolve/main/qwen2.5-coder-1.5b-q8_0.gguf']);
  const said = await run(['engine', 'pull', 'cpu-fim'], { env });
  match(said.out, /model = "qwen2.5-coder-1.5b-q8_0.gguf" in \[engine\]/);
  const wrong = await pull(env, 'huge');
  equal(wrong.code, 2);
  match(wrong.err, /there are cpu-fim, cpu-chat/);
  server.close();
});

test('engine pull: goes on after the connection breaks, and after it was killed', async () => {
  const server = await serve({ cuts: 2 }), { env, folder } = place();
  const r = await pull(env, `${server.url}/m.gguf`, '--sha256', sum);
  equal([r.code, r.json.resumed, server.asked], [0, true, ['', 'bytes=700000-', 'bytes=1400000-']]);
  equal(fs.readFileSync(`${folder}/m.gguf`).equals(body), true);
  server.close();
  const slow = await serve({ stalls: 1 }), later = place();
  const part = `${later.folder}/m.gguf.part`;
  const child = spawn(bin, ['engine', 'pull', `${slow.url}/m.gguf`], { env: { PATH: process.env.PATH, HOME: scratch, ...later.env }, stdio: 'ignore' });
  const ended = new Promise((done) => child.on('close', (code, signal) => done(signal)));
  while (!fs.existsSync(part) || fs.statSync(part).size < 700000) {
    if (child.exitCode !== null) throw new Error('pull ended early');
    await new Promise((done) => setTimeout(done, 20));
  }
  equal((await pull(later.env, `${slow.url}/m.gguf`)).code, 1, 'while another one loads it');
  child.kill('SIGKILL');
  equal(await ended, 'SIGKILL');
  const on = await pull(later.env, `${slow.url}/m.gguf`, '--sha256', sum);
  equal([on.code, on.json.resumed, slow.asked], [0, true, ['', 'bytes=700000-']]);
  slow.close();
  // What is left of another process: its part and what it is of.
  const third = await serve(), left = place();
  fs.mkdirSync(left.folder, { recursive: true });
  fs.writeFileSync(`${left.folder}/m.gguf.part`, body.subarray(0, 1000));
  fs.writeFileSync(`${left.folder}/m.gguf.part.about`, `${third.url}/m.gguf\n"v1"\n`);
  equal((await pull(left.env, `${third.url}/m.gguf`, '--sha256', sum)).json.resumed, true);
  equal(third.asked, ['bytes=1000-']);
  // All of it was there, but for the checking.
  const whole = place();
  fs.mkdirSync(whole.folder, { recursive: true });
  fs.writeFileSync(`${whole.folder}/m.gguf.part`, body);
  fs.writeFileSync(`${whole.folder}/m.gguf.part.about`, `${third.url}/m.gguf\n"v1"\n`);
  equal((await pull(whole.env, `${third.url}/m.gguf`)).json.sha256, sum);
  third.close();
});

test('engine pull: never joins parts of different files', async () => {
  for (const [about, options] of [['"v0"', {}], ['"v1"', { ignoreRange: true }], ['', {}], ['"v1"', { etag: null }]]) {
    const server = await serve(options), { env, folder } = place();
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(`${folder}/m.gguf.part`, Buffer.alloc(5000, 'x'));
    fs.writeFileSync(`${folder}/m.gguf.part.about`, `${server.url}/m.gguf\n${about}\n`);
    const r = await pull(env, `${server.url}/m.gguf`);
    equal([about, r.code, r.json.sha256, r.json.resumed], [about, 0, sum, false]);
    server.close();
  }
});

test('engine pull: redirects are followed, and their checksum counts', async () => {
  const server = await serve({ moved: { 'x-linked-etag': `"${sum}"` } }), { env } = place();
  const r = await pull(env, `${server.url}/moved/m.gguf`);
  equal([r.code, r.json.verified], [0, true]);
  server.close();
  const cheat = await serve({ moved: { 'x-linked-etag': `"${'a'.repeat(64)}"` } }), there = place();
  const wrong = await pull(there.env, `${cheat.url}/moved/m.gguf`);
  equal([wrong.code, wrong.json.error.kind], [7, 'provider']);
  match(wrong.json.error.message, /its SHA-256 is /);
  equal(fs.readdirSync(there.folder), []);
  cheat.close();
  const ring = await serve({ to: '/moved/again' });
  equal((await pull(place().env, `${ring.url}/moved/m.gguf`)).code, 7);
  equal(ring.asked.length, 11);
  ring.close();
});

test('engine pull: refusals, no space, no GGUF file', async () => {
  const gone = await serve({ status: 404 }), { env, folder } = place();
  const r = await pull(env, `${gone.url}/m.gguf`);
  equal([r.code, r.json.error.hint, gone.asked.length], [7, 'check the URL', 1]);
  equal(fs.readdirSync(folder), []);
  gone.close();
  const vast = await serve({ length: 2 ** 60 });
  const full = await pull(place().env, `${vast.url}/m.gguf`);
  equal(full.code, 1);
  match(full.json.error.message, /not enough disk space: \d+ MiB are needed/);
  vast.close();
  const page = await serve({ body: Buffer.from('<html>sign in</html>') }), there = place();
  match((await pull(there.env, `${page.url}/m.gguf`)).json.error.message, /no whole GGUF file/);
  equal(fs.readdirSync(there.folder), []);
  page.close();
  for (const words of [['m.gguf'], ['file:///etc/passwd'], ['http://h.example/'], ['http://h.example/m', '--sha256', 'x']]) equal((await pull(env, ...words)).code, 2);
});
