// `context` and `index` on real repositories, and what `ask --repo` sends.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const near = await startMock();
const far = await startMock();
let count = 0;
/// A repository of the files given, committed; `env` keeps its index apart.
function repository(files) {
  const root = path.join(scratch, `ctx-${++count}`);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  const git = (...args) => execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { stdio: 'pipe' });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'start');
  return { root, git, env: { XDG_CACHE_HOME: path.join(root, '..', `ctx-cache-${count}`), HOME: scratch } };
}
const shapes = {
  'shop/cart.py': 'from shop.price import total_price\n\n\nclass Cart:\n    """Holds items."""\n\n    def __init__(self):\n        self.items = []\n\n    def checkout(self):\n        return total_price(self.items)\n',
  'shop/price.py': 'def total_price(items):\n    """Sum of all prices, with tax."""\n    subtotal = sum(item.price for item in items)\n    return subtotal * 1.2\n\n\ndef discount(items, percent):\n    return total_price(items) * (1 - percent / 100)\n',
  'shop/mail.py': 'def send_mail(address, text):\n    raise RuntimeError("no mail here")\n',
  'README.md': '# A shop\n\nIt sells things.\n',
};
const query = (r, ...args) => run(['context', '--json', '--root', r.root, ...args], { env: r.env, cwd: r.root });

test('context: what a file uses comes with its signature or body, and why', async () => {
  const r = repository(shapes);
  const got = await query(r, '--file', 'shop/cart.py', '--query', 'why is the tax added twice at checkout?', '--budget', '400');
  equal(got.code, 0, got.err);
  equal(Object.keys(got.json).sort(), ['budget', 'chunks', 'dropped', 'files', 'ms', 'tokens']);
  equal([got.json.budget, got.json.tokens <= 400, got.json.tokens > 0], [400, true, true]);
  const price = got.json.chunks.find((c) => c.file === 'shop/price.py' && c.form !== 'path');
  equal(price !== undefined, true, JSON.stringify(got.json.chunks));
  match(price.text, /def total_price/);
  equal([price.label, price.why.length > 0, price.start >= 1, price.end >= price.start], ['any', true, true, true]);
  equal(got.json.files[0].file, 'shop/price.py');
  const again = await query(r, '--file', 'shop/cart.py', '--query', 'why is the tax added twice at checkout?', '--budget', '400');
  equal({ ...again.json, ms: 0 }, { ...got.json, ms: 0 }, 'the same from the stored index');
});

test('context: a budget is never exceeded', async () => {
  const r = repository(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`m${i}.py`, `def total_${i}(value):\n    return total_${(i + 1) % 30}(value) + ${i}\n`.repeat(5)])));
  for (const budget of [1, 7, 50, 333, 2000, 100000]) {
    const got = await query(r, '--query', 'total value', '--budget', String(budget));
    equal([got.code, got.json.tokens <= budget, got.json.budget], [0, true, budget], `budget ${budget}`);
    const text = got.json.chunks.map((c) => c.text).join('');
    equal(Buffer.byteLength(text) <= budget * 3.6, true, 'bytes of the chunks');
  }
});

test('context: private files carry their label, never-send files are nowhere', async () => {
  const r = repository({ ...shapes, 'client-x/price.py': 'def total_price_x(items):\n    return 42\n', '.env': 'total_price=secret\n' });
  const file = config({ box: { base_url: near.address, lane: 'local' } }, '[privacy]\nlocal_only = ["client-x/**"]\n');
  const got = await query(r, '--config', file, '--query', 'total_price_x and total_price', '--budget', '2000');
  const label = (name) => got.json.chunks.find((c) => c.file === name)?.label;
  equal([label('client-x/price.py'), label('shop/price.py')], ['local_only', 'any']);
  equal(JSON.stringify(got.json).includes('.env'), false, 'a never-send file');
});

test('context: mistakes in the arguments', async () => {
  const r = repository(shapes);
  for (const args of [[], ['--file', 'nope.py'], ['--line', '3', '--query', 'x'], ['--file', '../x', '--query', 'y'], ['--query', 'x', '--budget', '0'], ['--query', 'x', '--budget', 'many']]) {
    const got = await query(r, ...args);
    equal([got.code, got.json.error.kind], [2, 'usage'], args.join(' '));
  }
});

test('context: outside git, and where nothing is', async () => {
  const root = path.join(scratch, 'ctx-plain');
  fs.mkdirSync(path.join(root, 'a'), { recursive: true });
  fs.writeFileSync(path.join(root, 'a/one.lua'), 'local function total() return 1 end\nreturn total\n');
  const env = { XDG_CACHE_HOME: path.join(scratch, 'ctx-plain-cache'), HOME: scratch };
  const got = await run(['context', '--json', '--root', root, '--query', 'total', '--budget', '100'], { env, cwd: root });
  equal([got.code, got.json.files.map((f) => f.file)], [0, ['a/one.lua']], got.err);
  const empty = path.join(scratch, 'ctx-empty');
  fs.mkdirSync(empty);
  const none = await run(['context', '--json', '--root', empty, '--query', 'total', '--budget', '100'], { env, cwd: empty });
  equal([none.code, none.json.files, none.json.chunks, none.json.tokens], [0, [], [], 0]);
});

test('ask --repo: takes the repository along, to the local lane, private files not to the cloud', async () => {
  const r = repository({ ...shapes, 'client-x/price.py': 'def total_price_x(items):\n    return "hush"\n' });
  const file = config({ box: { base_url: near.address, lane: 'local' }, relay: { base_url: far.address, lane: 'cloud' } }, '[privacy]\nlocal_only = ["client-x/**"]\n');
  const ask = async (server, ...args) => {
    await server.forget();
    const got = await run(['ask', '--json', '--config', file, '--root', r.root, '--repo', ...args, 'Where does total_price_x differ from total_price?'], { env: r.env, cwd: r.root });
    equal(got.code, 0, got.err);
    const sent = (await server.requests()).find((q) => q.method === 'POST');
    return [got.json.lane, JSON.stringify(sent.body)];
  };
  const [here, whole] = await ask(near);
  equal([here, whole.includes('def total_price('), whole.includes('hush')], ['local', true, true]);
  const [there, clean] = await ask(far, '--mode', 'cloud');
  equal([there, clean.includes('def total_price('), clean.includes('hush'), clean.includes('client-x')], ['cloud', true, false, false]);
});
