// Where requests go: `route`, failover, shared limits, canaries and the state they leave, from the shell.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const near = await startMock();
const far = await startMock();
const lanes = (more = {}) => ({
  box: { base_url: near.address, lane: 'local', ...more.box },
  relay: { base_url: far.address, lane: 'cloud', ...more.relay },
});
const two = (head = '', more = {}) => config(lanes(more), head);
const posts = async (server) => (await server.requests()).filter((r) => r.method === 'POST');
async function fresh() {
  for (const server of [near, far]) {
    await server.forget();
    await fetch(server.base + '/_scenarios', { method: 'DELETE' });
    await server.scenarios({ '*': { content: server === near ? 'from here' : 'from the cloud' } });
  }
}
let states = 0;
const state = () => ({ XDG_STATE_HOME: path.join(scratch, `state-${++states}`) });
async function route(file, request, args = []) {
  return run(['route', '--json', '--config', file, ...args], { stdin: JSON.stringify(request), cwd: scratch });
}
const root = path.join(scratch, 'routes');
fs.mkdirSync(path.join(root, '.git'), { recursive: true });
fs.mkdirSync(path.join(root, 'client-x'));
fs.writeFileSync(path.join(root, 'client-x/a.py'), 'secret = 1\n');
fs.writeFileSync(path.join(root, 'big.txt'), 'ü'.repeat(24001));
const privacy = '[privacy]\nlocal_only = ["client-x/**"]\n';

test('route: the rules of auto mode, with reasons, nothing sent', async () => {
  await fresh();
  const file = two();
  for (const [request, lane] of [
    [{ prompt: 'hi' }, 'cloud'],
    [{}, 'cloud'],
    [{ prompt: 'hi', repo_scope: true }, 'local'],
    [{ prompt: 'see ctx_repo:x' }, 'local'],
    [{ prompt: '[REPO_CTX] all of it' }, 'local'],
    [{ prompt: 'not [REPO_CTX] first' }, 'cloud'],
    [{ prompt: 'é'.repeat(24000) }, 'cloud'],
    [{ prompt: 'é'.repeat(24001) }, 'local'],
    [{ prompt: 'é'.repeat(24001), mode: 'cloud' }, 'cloud'],
    [{ prompt: 'hi', model: 'box' }, 'local'],
  ]) {
    const r = await route(file, request);
    equal([r.code, r.json.lane, r.json.refused], [0, lane, null], JSON.stringify(request).slice(0, 60));
    equal(r.json.model, lane === 'local' ? 'box' : 'relay');
    equal(r.json.reasons.length > 0, true, 'reasons');
  }
  equal([(await near.requests()).length, (await far.requests()).length], [0, 0], 'requests');
});

test('route: files count by label and size, whether they are there or not', async () => {
  const file = two(privacy);
  const at = (files) => route(file, { prompt: 'x', files }, ['--root', root]);
  equal((await at(['client-x/a.py'])).json.lane, 'local');
  equal((await at(['client-x/not-there.py'])).json.lane, 'local');
  equal((await at(['sub/../client-x/a.py'])).json.lane, 'local');
  equal((await at(['big.txt'])).json.lane, 'local');
  equal((await at(['other.py'])).json.lane, 'cloud');
  const secret = await at(['.env']);
  equal([secret.code, secret.json.lane, secret.json.error.kind], [5, null, 'policy']);
  match(secret.json.refused, /never-send/);
  const only = config({ relay: { base_url: far.address, lane: 'cloud' } }, privacy);
  const refused = await route(only, { prompt: 'x', files: ['client-x/a.py'] }, ['--root', root]);
  equal([refused.code, refused.json.lane, refused.json.model], [5, null, null]);
  match(refused.json.refused, /client-x\/a\.py.*local_only.*relay.*not trusted/);
  const advised = config({ lan: { base_url: 'http://10.0.0.42:8000/v1' } }, privacy);
  match((await route(advised, { prompt: 'x', files: ['client-x/a.py'] }, ['--root', root])).json.error.hint, /lane = "local" in \[models\.lan\]/);
});

test('route: what is no request, and a configuration without models', async () => {
  for (const stdin of ['', '[1]', '{"prompt": 1}', '{"files": "x"}', '{"mode": "clod"}', 'no json']) {
    const r = await run(['route', '--json', '--config', two()], { stdin });
    equal([r.code, r.json.error.kind], [2, 'usage'], stdin);
  }
  equal((await route(config({}), { prompt: 'x' })).code, 3);
  equal((await route(two(), { prompt: 'x', model: 'bxo' })).code, 3);
  match((await route(two(), { prompt: 'x', model: 'bxo' })).json.error.hint, /`box`/);
  const plain = await run(['route', '--config', two()], { stdin: '{"prompt":"x"}' });
  match(plain.out, /^relay \(cloud\)\n  /);
});

test('route: tasks, budget of nothing, canary of everybody', async () => {
  equal((await route(two('[router]\ntasks = { review = "local" }\n'), { task: 'review' })).json.lane, 'local');
  const spent = two('[budget]\ndaily_usd = 0\n');
  equal((await route(spent, { prompt: 'x' })).json.lane, 'local');
  equal((await route(spent, { prompt: 'x', mode: 'cloud' })).code, 5);
  const models = { ...lanes(), fresh: { base_url: far.address, lane: 'cloud' } };
  const all = config(models, '[router]\ncanary = { model = "fresh", percent = 100 }\n');
  equal((await route(all, { prompt: 'x', user: 'anna' })).json.model, 'fresh');
  const none = config(models, '[router]\ncanary = { model = "fresh", percent = 0 }\n');
  equal((await route(none, { prompt: 'x', user: 'anna' })).json.model, 'relay');
  const some = config(models, '[router]\ncanary = { model = "fresh", percent = 50 }\n');
  const side = async (user) => (await route(some, { prompt: 'x', user })).json.model;
  equal(await side('anna'), await side('anna'));
});

test('ask: another lane takes over before the first word, and stderr says so', async () => {
  await fresh();
  const dead = two('[router]\ntasks = { ask = "local" }\n', { box: { base_url: 'http://127.0.0.1:1/v1' } });
  const r = await run(['ask', '--json', '--config', dead, 'x'], { env: state() });
  equal([r.code, r.json.model, r.json.text], [0, 'relay', 'from the cloud']);
  match(r.err, /leaving box for relay/);
  const kept = await run(['ask', '--json', '--config', dead, '--mode', 'local', 'x'], { env: state() });
  equal([kept.code, kept.json.error.kind], [7, 'provider']);
});

test('ask: private text is refused when its lane is down, exit 5, and reaches nobody', async () => {
  await fresh();
  const dead = two(privacy, { box: { base_url: 'http://127.0.0.1:1/v1' } });
  const r = await run(['ask', '--json', '--config', dead, '--file', 'client-x/a.py', 'x'], { cwd: root, env: state() });
  equal([r.code, r.json.error.kind, (await far.requests()).length], [5, 'policy', 0]);
  match(r.json.error.message, /client-x\/a\.py.*local_only/);
  const cloud = await run(['ask', '--json', '--config', two(privacy), '--mode', 'cloud', '--file', 'client-x/a.py', 'x'], { cwd: root });
  equal(cloud.code, 5);
  const good = await run(['ask', '--json', '--config', two(privacy), '--file', 'client-x/a.py', 'x'], { cwd: root, env: state() });
  equal([good.code, good.json.model, (await far.requests()).length], [0, 'box', 0]);
});

test('ask: requests a minute hold over processes; the next one says that it waits', async () => {
  await fresh();
  const file = two('', { relay: { rpm: 2 } });
  const env = state();
  const codes = await Promise.all([1, 2].map(() => run(['ask', '--config', file, 'x'], { env })));
  equal(codes.map((r) => r.code), [0, 0]);
  const third = run(['ask', '--config', file, 'x'], { env, kill: () => {} });
  await new Promise((done) => setTimeout(done, 1500));
  equal((await posts(far)).length, 2, 'POSTs');
  const late = await Promise.race([third, new Promise((done) => setTimeout(() => done(null), 100))]);
  equal(late, null, 'the third');
});

test('state: a folder that cannot be written and a file from a newer version are said, and work goes on', async () => {
  await fresh();
  const blocked = path.join(scratch, 'blocked');
  fs.writeFileSync(blocked, 'a file');
  const r = await run(['ask', '--config', two(), 'x'], { env: { XDG_STATE_HOME: blocked } });
  equal([r.code, r.out], [0, 'from the cloud']);
  match(r.err, /blocked/);
  const env = state();
  await run(['ask', '--config', two(), 'x'], { env });
  const file = path.join(env.XDG_STATE_HOME, 'coder-nvim/state.db');
  equal(fs.statSync(file).mode & 0o777, 0o600, 'mode of the file');
  const bytes = fs.readFileSync(file);
  for (const name of fs.readdirSync(path.dirname(file))) if (name !== 'state.db') fs.rmSync(path.join(path.dirname(file), name));
  bytes.writeUInt32BE(9999, 60); // user_version
  fs.writeFileSync(file, bytes);
  const newer = await run(['ask', '--config', two(), 'x'], { env });
  equal([newer.code, newer.out], [0, 'from the cloud']);
  match(newer.err, /state\.db.*newer/);
  equal(fs.readFileSync(file).readUInt32BE(60), 9999, 'left as it is');
  fs.writeFileSync(file, 'no database at all, '.repeat(100));
  const broken = await run(['ask', '--config', two(), 'x'], { env });
  equal([broken.code, broken.out], [0, 'from the cloud']);
});

test('canary: what it did worse is remembered over processes, and it is rolled back', async () => {
  await fresh();
  const models = { relay: { base_url: far.address, lane: 'cloud', model: 'old' }, fresh: { base_url: far.address, lane: 'cloud', model: 'new' } };
  await far.scenarios({ old: { content: 'old' }, new: { status: 500, body: '{"error":{"message":"oops"}}', type: 'application/json' } });
  const file = config(models, '[router]\ncanary = { model = "fresh", percent = 100 }\n');
  const env = state();
  const decision = async () => (await run(['route', '--json', '--config', file], { stdin: '{"prompt":"x","user":"anna"}', env })).json;
  equal((await decision()).model, 'fresh');
  // Each such call fails twice at the canary, then the old one answers.
  for (let i = 0; i < 16; i++) {
    const r = await run(['ask', '--json', '--config', file, '--user', 'anna', 'x'], { env });
    equal([r.code, r.json.text], [0, 'old']);
  }
  const after = await decision();
  equal(after.model, 'relay');
  match(after.reasons.join('\n'), /fresh.*rolled back|rolled back.*fresh/);
});

test('models: live ids, pins and lanes that fail', async () => {
  await fresh();
  await far.scenarios({ '*': { models: ['deep-2', 'deep-10'] } });
  const file = config({ relay: { base_url: far.address, lane: 'cloud', model: 'deep*' }, box: { base_url: 'http://127.0.0.1:1/v1', lane: 'local' } });
  const r = await run(['models', '--json', '--config', file]);
  equal(r.code, 0);
  equal(r.json.lanes[0].models, ['deep-2', 'deep-10']);
  equal([r.json.lanes[1].ok, r.json.lanes[1].error.kind], [false, 'provider']);
});

test('a proxy that hangs ends the call with words, not the user’s patience', async () => {
  const hanging = net.createServer(() => {});
  await new Promise((done) => hanging.listen(0, '127.0.0.1', done));
  const file = config({ far: { base_url: 'https://relay.invalid/v1', proxy: `http://127.0.0.1:${hanging.address().port}` } });
  const r = await run(['ask', '--json', '--config', file, 'x'], { env: state() });
  equal([r.code, r.json.error.kind], [7, 'provider']);
  match(r.json.error.message + r.json.error.hint, /prox/i);
  equal(r.ms < 19000, true, 'time');
  hanging.close();
});

