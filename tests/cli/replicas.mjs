// A model with several servers: which of them is asked, and what happens when one is down, slow or wrong.
// A session begins at any of them (by its process id), so every case holds whichever that is.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const one = await startMock();
const two = await startMock();
const nobody = await new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(`http://127.0.0.1:${port}/v1`));
  });
});
const posts = async (server) => (await server.requests()).filter((r) => r.method === 'POST').length;
const pages = async (server) => (await server.requests()).filter((r) => r.url === '/metrics').length;
async function fresh(first = {}, second = {}) {
  for (const [server, more] of [[one, first], [two, second]]) {
    await server.forget();
    await fetch(server.base + '/_scenarios', { method: 'DELETE' });
    await server.scenarios({ '*': { content: server === one ? 'from one' : 'from two' }, ...more });
  }
}
let states = 0;
const ask = (base, replicas, words = ['hi'], more = {}) =>
  run(['ask', '--json', '--config', config({ box: { base_url: base, lane: 'local', replicas, ...more } }), ...words],
    { env: { XDG_STATE_HOME: path.join(scratch, `replicas-${++states}`) } });
const queue = (waiting) => ({ '/metrics': { body: `llamacpp:requests_processing 1\nllamacpp:requests_deferred ${waiting}\n`, type: 'text/plain' } });
const RUNS = 4;

test('replicas: one is down, the other answers', async () => {
  await fresh();
  for (let i = 0; i < RUNS; i++) {
    const base = i % 2 ? [nobody, [one.address]] : [one.address, [nobody]];
    const r = await ask(...base);
    equal([r.code, r.json.text, r.json.model, r.json.lane], [0, 'from one', 'box', 'local'], r.err);
  }
  equal(await posts(one), RUNS);
});

test('replicas: one is in trouble, the other answers within three requests', async () => {
  const busy = { '*': { status: 503, body: { error: { message: 'overloaded', type: 'server_error' } } } };
  await fresh(busy);
  for (let i = 0; i < RUNS; i++) {
    const before = await posts(one) + await posts(two);
    const r = await ask(one.address, [two.address]);
    equal([r.code, r.json.text], [0, 'from two'], r.err);
    const made = await posts(one) + await posts(two) - before;
    equal(made >= 1 && made <= 3, true, `${made} requests`);
  }
  equal(await posts(two), RUNS);
});

test('replicas: the one with the shorter queue, and only its page was asked of the other', async () => {
  await fresh(queue(5), queue(0));
  // A page that takes longer than 100 ms is not waited for: on a busy machine such a run tells nothing.
  let told = 0, slow = 0;
  while (told < RUNS && slow < 3 * RUNS) {
    const r = await ask(one.address, [two.address]);
    if (r.json.text === 'from one' && r.json.ms >= 100) { slow++; continue; }
    equal([r.code, r.json.text], [0, 'from two'], r.err);
    told++;
  }
  equal([told, await posts(one), await posts(two)], [RUNS, slow, RUNS]);
  equal(await pages(one) > 0, true);
});

test('replicas: what is wrong at all of them is asked of one', async () => {
  const refused = { '*': { status: 401, body: { error: { message: 'bad key', type: 'auth' } } } };
  await fresh(refused, refused);
  const r = await ask(one.address, [two.address]);
  equal(r.code, 4);
  equal(await posts(one) + await posts(two), 1);
});

test('replicas: no other one once text has come', async () => {
  const dies = { '*': { content: 'some words of an answer', rate: 20, die: 3 } };
  await fresh(dies, dies);
  const r = await ask(one.address, [two.address]);
  equal(r.code, 7);
  equal(await posts(one) + await posts(two), 1);
});

test('replicas: all are down', async () => {
  await fresh();
  const r = await ask(nobody, [nobody.replace('127.0.0.1', 'localhost')]);
  equal(r.code, 7);
  match(r.json.error.message, /box/);
});

test('replicas: private text goes to either where the lane is trusted', async () => {
  await fresh();
  const root = path.join(scratch, 'replica-root');
  fs.mkdirSync(path.join(root, '.git'), { recursive: true });
  fs.writeFileSync(path.join(root, 'secret.py'), 'x = 1\n');
  const file = (trusted) => config({ box: { base_url: nobody, trusted, replicas: [one.address] } }, '[privacy]\nlocal_only = ["secret.py"]\n');
  const env = { XDG_STATE_HOME: path.join(scratch, `replicas-${++states}`) };
  const words = (trusted) => ['ask', '--json', '--root', root, '--config', file(trusted), '--file', path.join(root, 'secret.py'), 'why'];
  const yes = await run(words(true), { env });
  equal([yes.code, yes.json.text], [0, 'from one'], yes.err);
  await fresh();
  const no = await run(words(false), { env });
  equal([no.code, await posts(one)], [5, 0], no.err);
});
