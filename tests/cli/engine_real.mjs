// The keeper and a real llama-server with the tiny model: CODER_LLAMA_SERVER and CODER_TINY_MODEL say where they
// are (sh native/engine.sh --pinned, sh tests/support/tiny_model.sh). CODER_CHAOS=1000 makes the last test long.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { bin, equal, main, match, test } from './harness.mjs';

const server = process.env.CODER_LLAMA_SERVER, model = process.env.CODER_TINY_MODEL;
if (!server || !model) throw new Error('CODER_LLAMA_SERVER and CODER_TINY_MODEL must be set');
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const worlds = [];

/// Folders of its own (a short path: sockets have a limit) and a configuration.
class World {
  constructor(engine = {}) {
    this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'eng-'));
    this.run_dir = path.join(this.dir, 'coder-nvim/engine');
    this.log = path.join(this.dir, 'state/coder-nvim/engine.log');
    this.file = path.join(this.dir, 'config.toml');
    this.held = [];
    this.configure(engine);
    worlds.push(this);
  }
  configure(engine) {
    const all = { command: server, model, ...engine };
    fs.writeFileSync(this.file, '[engine]\n' + Object.entries(all).map(([k, v]) => `${k} = ${JSON.stringify(v)}\n`).join(''), { mode: 0o600 });
  }
  env() {
    return { PATH: process.env.PATH, HOME: this.dir, XDG_RUNTIME_DIR: this.dir, XDG_STATE_HOME: path.join(this.dir, 'state') };
  }
  /// `coder-nvim WORDS…`; gives { code, out, err, json }.
  cli(words, kill) {
    return new Promise((done) => {
      const child = spawn(bin, [...words, '--config', this.file], { env: this.env(), cwd: this.dir, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '', err = '';
      child.stdout.on('data', (d) => { out += d; });
      child.stderr.on('data', (d) => { err += d; });
      const timer = setTimeout(() => { err += '\n(took too long)'; child.kill('SIGKILL'); }, 90000);
      kill?.(child);
      child.on('close', (code, signal) => {
        clearTimeout(timer);
        let json;
        try { json = JSON.parse(out); } catch { /* text */ }
        done({ code, signal, out, err, json });
      });
    });
  }
  engine(action, ...words) { return this.cli(['engine', action, '--json', ...words]); }
  async started() {
    const r = await this.engine('start');
    if (r.code !== 0) throw new Error(`start: ${r.code} ${r.out} ${r.err}\n${this.tail()}`);
    return r.json;
  }
  async status() { return (await this.engine('status')).json; }
  tail() { try { return fs.readFileSync(this.log, 'utf8').split('\n').slice(-15).join('\n'); } catch { return '(no log)'; } }
  /// Process ids whose command line names this world: of engines, or of whatever else.
  processes(engines) {
    const out = [];
    for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      let line;
      try { line = fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1'); } catch { continue; }
      if (!line.includes(this.dir + '/') || Number(pid) === process.pid) continue;
      if (line.split('\0')[0] === server === engines) out.push(Number(pid));
    }
    return out;
  }
  engines() { return this.processes(true); }
  others() { return this.processes(false); }
  /// A client as others would be: a process that holds a lock in the folder.
  async client() {
    const child = spawn('sh', ['-c', 'exec 9>"$1" && flock 9 && echo held && exec sleep 600', 'sh', path.join(this.run_dir, 'clients', `test-${this.held.length}`)], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.held.push(child);
    await new Promise((done) => child.stdout.once('data', done));
    return child;
  }
  request(method, url, body, key) {
    const socketPath = path.join(this.run_dir, 'engine.sock');
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    return new Promise((done) => {
      const r = http.request({ socketPath, method, path: url, headers: { ...headers, 'content-type': 'application/json' } }, (answer) => {
        let text = '';
        answer.on('data', (d) => { text += d; });
        answer.on('end', () => done({ status: answer.statusCode, text }));
        answer.on('error', () => done({ status: 0 }));
      });
      r.on('error', () => done({ status: 0 }));
      r.end(body && JSON.stringify(body));
    });
  }
  key() { return fs.readFileSync(path.join(this.run_dir, 'key'), 'utf8').trim(); }
  answers() { return this.request('POST', '/completion', { prompt: 'def f(', n_predict: 4 }, this.key()); }
  async end() {
    await this.engine('stop');
    for (const child of this.held) child.kill('SIGKILL');
    const left = [...this.engines(), ...this.others()];
    for (const pid of left) try { process.kill(pid, 'SIGKILL'); } catch { /* gone */ }
    fs.rmSync(this.dir, { recursive: true, force: true });
    equal(left, [], 'left running');
  }
}

/// Waits for `what`; fails with words when it does not come. The limit is no measure: only a hang meets it.
async function until(what, condition, limit = 60000) {
  for (const end = Date.now() + limit; ; await sleep(50)) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`never: ${what}`);
  }
}
const gone = (pid) => { try { process.kill(pid, 0); return false; } catch { return true; } };
/// A test with a world that is taken down after it, whatever happened.
function real(name, engine, body) {
  test(`engine (real): ${name}`, async () => {
    const world = new World(engine);
    let failure;
    try { await body(world); } catch (error) { failure = error; }
    try { await world.end(); } catch (error) { failure ??= error; }
    if (failure) throw failure;
  });
}

real('start, use, adopt, stop', {}, async (w) => {
  equal((await w.status()).state, 'cold');
  const first = await w.started();
  equal([first.state, first.started, first.slots], ['warm', true, 2]);
  equal(first.address, `unix://${w.run_dir}/engine.sock`);
  equal(w.engines(), [first.engine]);
  equal((await w.answers()).status, 200);
  equal((await w.request('POST', '/completion', { prompt: 'x', n_predict: 1 })).status, 401, 'without the key');
  await until('its speed is known', async () => (await w.status()).tok_s > 0);
  equal(fs.statSync(first.key_file).mode & 0o777, 0o600);
  for (const pid of [first.engine, first.keeper]) {
    if (fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(w.key())) throw new Error('the key is in argv');
  }
  if (fs.readFileSync(w.log, 'utf8').includes(w.key())) throw new Error('the key is in the log');
  const key = w.key();
  const second = await w.started();
  equal([second.started, second.engine, second.keeper], [false, first.engine, first.keeper]);
  match((await w.cli(["engine", "status"])).out, /^(warm|busy), .*\.gguf at unix:.*, 2 slots of \d+ tokens(, [\d.]+ tok\/s)?\n/);
  const ask = path.join(w.dir, 'ask.toml');
  fs.writeFileSync(ask, `[models.mine]\nprovider = "openai"\nbase_url = "${first.address}"\nmodel = "x"\nmax_tokens = 8\napi_key_cmd = ["cat", "${first.key_file}"]\n`, { mode: 0o600 });
  const asked = (...more) => new Promise((done) => {
    const child = spawn(bin, ['ask', '--json', '--config', ask, ...more, 'hello'], { env: w.env(), cwd: w.dir });
    let out = '';
    child.stdout.on('data', (d) => { out += d; });
    child.on('close', () => done(JSON.parse(out)));
  });
  const answer = await asked();
  equal([answer.lane, answer.error], ['local', undefined]);
  // It takes the tools and their schemas; what a model of random numbers makes of them does not matter.
  const tools = await asked('--tools');
  equal([tools.lane, tools.error, Array.isArray(tools.tools)], ['local', undefined, true]);
  equal((await w.engine('stop')).json, { stopped: true });
  equal([w.engines(), w.others()], [[], []]);
  equal(fs.existsSync(`${w.run_dir}/engine.sock`), false);
  equal((await w.engine('stop')).json, { stopped: false });
  equal((await w.status()).state, 'cold');
  await w.started();
  equal(w.key(), key, 'the key stays');
});

real('JSON mode: a model that knows nothing still writes findings of the right form', {}, async (w) => {
  fs.writeFileSync(path.join(w.dir, 'a.py'), 'import os\n\n\ndef f(name):\n    os.system("ls " + name)\n');
  await w.started();
  // Random words end a text at any length; the grammar says what may stand around them.
  for (const tokens of ['40', '600']) {
    const review = await w.cli(['ask', '--json', '--task', 'review', '--file', path.join(w.dir, 'a.py'), '--max-tokens', tokens]);
    equal(review.code, 0, review.out + review.err);
    const { text, findings, finish } = review.json;
    match(text, /^\s*\{/);
    equal(Array.isArray(findings), true, text);
    if (finish !== 'stop') continue;
    const members = ['file', 'fix', 'kind', 'line', 'message', 'severity', 'text'];
    for (const one of JSON.parse(text).findings) equal(Object.keys(one).sort(), members);
  }
});

real('five starts at once: one engine', {}, async (w) => {
  const all = await Promise.all(Array.from({ length: 5 }, () => w.engine('start')));
  equal(all.map((r) => r.code), [0, 0, 0, 0, 0]);
  equal(new Set(all.map((r) => r.json.engine)).size, 1);
  equal(all.filter((r) => r.json.started).length, 1);
  equal(w.engines().length, 1);
});

real('kill -9 of the engine: it comes again', {}, async (w) => {
  const first = await w.started();
  process.kill(first.engine, 'SIGKILL');
  const again = await until('another engine is warm', async () => {
    const s = await w.status();
    return s.state === 'warm' && s.engine !== first.engine && s;
  });
  equal([again.keeper, again.restarts], [first.keeper, 1]);
  equal(w.engines(), [again.engine]);
  equal((await w.answers()).status, 200);
});

real('kill -9 of the keeper: the engine goes with it, and what it left does not matter', {}, async (w) => {
  const first = await w.started();
  process.kill(first.keeper, 'SIGKILL');
  await until('the engine ends', () => gone(first.engine) || !w.engines().length);
  equal((await w.status()).state, 'cold');
  equal(fs.existsSync(`${w.run_dir}/engine.sock`), true, 'a stale socket');
  match(fs.readFileSync(`${w.run_dir}/lease.json`, 'utf8'), /"state":"warm"/, 'a stale lease');
  const second = await w.started();
  equal([second.started, second.keeper !== first.keeper], [true, true]);
  equal((await w.answers()).status, 200);
});

real('the idle end waits for clients, also for those that are killed', { idle_unload_s: 2 }, async (w) => {
  const start = w.engine('start');
  await until('the folder', () => fs.existsSync(`${w.run_dir}/clients`));
  const [a, b] = [await w.client(), await w.client()];
  const first = (await start).json;
  await until('both are counted', async () => (await w.status()).clients === 2);
  // It frees the model meanwhile, and comes back for a request.
  await until('it sleeps', async () => (await w.status()).state === 'asleep');
  equal((await w.answers()).status, 200);
  await until('it is awake', async () => (await w.status()).state !== 'asleep');
  a.kill('SIGKILL');
  await until('one is counted', async () => (await w.status()).clients === 1);
  equal(gone(first.engine), false);
  b.kill('SIGKILL');
  await until('the engine ends', () => gone(first.engine) && gone(first.keeper));
  equal((await w.status()).state, 'cold');
});

real('port taken: told, and it works once the port is free', {}, async (w) => {
  const other = net.createServer();
  const port = await new Promise((done) => other.listen(0, '127.0.0.1', () => done(other.address().port)));
  w.configure({ args: ['--host', '127.0.0.1', '--port', String(port)] });
  const r = await w.engine('start');
  equal([r.code, r.json.error.kind, r.json.state], [7, 'provider', 'failed']);
  match(r.json.error.message, /address is taken/);
  equal((await w.status()).state, 'failed');
  match((await w.cli(['engine', 'status'])).out, /^failed: the address is taken.*\n {2}remedy: /);
  await new Promise((done) => other.close(done));
  equal((await w.started()).address, `http://127.0.0.1:${port}`);
});

real('a missing model, one that is cut off, one that is too new', { model: '/no/such/model.gguf' }, async (w) => {
  const missing = await w.engine('start');
  equal([missing.code, missing.json.error.kind], [3, 'config']);
  match(missing.json.error.message, /\/no\/such\/model\.gguf does not exist/);
  const whole = fs.readFileSync(model);
  const cut = path.join(w.dir, 'cut.gguf');
  fs.writeFileSync(cut, whole.subarray(0, 5000000));
  w.configure({ model: cut });
  const broken = await w.engine('start');
  equal([broken.code, broken.json.error.kind], [3, 'config']);
  match(broken.json.error.message, /cut off/);
  // What only the engine can know: it says so itself, and the keeper does not try again.
  const at = whole.indexOf('qwen2', whole.indexOf('general.architecture'));
  const unknown = path.join(w.dir, 'unknown.gguf');
  fs.writeFileSync(unknown, Buffer.concat([whole.subarray(0, at), Buffer.from('qwenX'), whole.subarray(at + 5)]));
  w.configure({ model: unknown });
  const old = await w.engine('start');
  equal([old.code, old.json.state], [7, 'failed']);
  match(old.json.error.message, /too old for this model.*`qwenX`/);
  equal((fs.readFileSync(w.log, 'utf8').match(/coder-nvim: starting/g) ?? []).length, 1, 'starts');
  const doctor = await w.engine('doctor');
  equal(doctor.code, 0);
  match(doctor.json.diagnoses[0].meaning, /qwenX/);
  equal([w.engines(), w.others()], [[], []]);
});

real('wrong commands and flags', { command: '/no/such/server' }, async (w) => {
  const none = await w.engine('start');
  equal([none.code, none.json.state], [7, 'failed']);
  match(none.json.error.message, /cannot run \/no\/such\/server/);
  w.configure({ args: ['--nosuch', '1'] });
  match((await w.engine('start')).json.error.message, /does not know the flag `--nosuch`/);
  w.configure({ args: ['--draft', '4'] });
  const removed = await w.engine('start');
  match(removed.json.error.message + removed.json.error.hint, /`--draft`.*use --spec-draft-n-max/);
});

real('the log is rotated, and the engine runs without a terminal', {}, async (w) => {
  fs.mkdirSync(path.dirname(w.log), { recursive: true });
  fs.writeFileSync(w.log, 'old line\n'.repeat(600000));
  await w.started();
  match(fs.readFileSync(w.log + '.1', 'utf8').slice(0, 9), /old line/);
  equal(fs.statSync(w.log).size < 1000000, true);
  match(fs.readFileSync(w.log, 'utf8'), /coder-nvim: starting .*llama-server(.|\n)*coder-nvim: the engine is ready/);
});

real('the runtime folder is removed: the engine ends', {}, async (w) => {
  const first = await w.started();
  fs.rmSync(path.join(w.dir, 'coder-nvim'), { recursive: true, maxRetries: 20, retryDelay: 20 });
  await until('both end', () => gone(first.engine) && gone(first.keeper));
});

const rounds = Number(process.env.CODER_CHAOS ?? 0);
real(`chaos: ${rounds || 'some'} kills, never two engines, never an orphan, never a hang`, { idle_unload_s: 3 }, async (w) => {
  let seed = Number(process.env.CODER_SEED ?? Date.now() % 100000);
  console.log(`      CODER_SEED=${seed}`);
  const random = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
  const clients = [];
  const most = () => {
    const now = w.engines().length;
    if (now > 1) throw new Error(`${now} engines at once`);
  };
  const starts = [];
  const until_end = Date.now() + 40000;
  let kills = 0;
  for (let i = 0; rounds ? kills < rounds : Date.now() < until_end; ++i) {
    most();
    switch (random(7)) {
      case 0: case 1: if (starts.length < 4) {
        const one = w.engine('start').then((r) => { starts.splice(starts.indexOf(one), 1); return r; });
        starts.push(one);
      } break;
      case 2: case 3: for (const pid of w.engines()) { try { process.kill(pid, 'SIGKILL'); kills++; } catch { /* gone */ } } break;
      case 4: { const s = await w.status(); if (s?.keeper) try { process.kill(s.keeper, 'SIGKILL'); kills++; } catch { /* gone */ } } break;
      case 5: if (fs.existsSync(`${w.run_dir}/clients`)) clients.push(await w.client()); break;
      case 6: if (clients.length) { clients.pop().kill('SIGKILL'); kills++; } break;
    }
    await sleep(random(500));
  }
  console.log(`      ${kills} kills`);
  await Promise.all(starts);
  most();
  // It still works afterwards, once the one that failed too often is asked for anew.
  await w.engine('stop');
  equal(w.engines(), []);
  await w.started();
  equal((await w.answers()).status, 200);
  for (const client of clients) client.kill('SIGKILL');
  await until('the idle end', () => w.engines().length === 0 && w.others().length === 0);
});

process.on('exit', () => {
  for (const world of worlds) for (const child of world.held) child.kill('SIGKILL');
});
await main();
