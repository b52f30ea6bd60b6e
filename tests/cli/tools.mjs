// Tools: what a model may read while it answers, what it may not, and that it always comes to an end.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const mock = await startMock();

/// A project that git knows.
function project(name, files) {
  const root = path.join(scratch, 'tools-' + name);
  const all = {
    'src/price.py': 'class Price:\n    def total(self):\n        return net(self) * 2\n',
    'src/net.py': 'def net(price):\n    return 21\n',
    'README.md': '# Prices\n\nThe total is twice the net price.\n',
    '.gitignore': 'ignored.txt\n', 'ignored.txt': 'not for you\n',
    '.env': 'KEY=topsecret\n',
    'client/deal.py': 'PRIVATE_DEAL = 1\n',
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  fs.writeFileSync(path.join(scratch, 'outside.txt'), 'OUTSIDE\n');
  fs.symlinkSync(path.join(scratch, 'outside.txt'), path.join(root, 'link.txt'));
  const git = (...args) => execFileSync('git', ['-c', 'user.name=Ann', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=main', ...args], { cwd: root, stdio: 'ignore' });
  git('init');
  git('add', 'src', 'README.md');
  git('commit', '-m', 'prices');
  git('add', '-f', 'client');
  git('commit', '-m', 'the private deal');
  return { root, git };
}

let calls = 0;
const call = (name, args) => ({ tool_calls: [{ index: 0, id: `id${++calls}`, function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) } }] });
const models = (lane, keys = {}, head = '') => config({ one: { base_url: mock.address, lane, ...keys } }, '[privacy]\nlocal_only = ["client/**"]\n' + head);
const ask = (root, file, ...more) => run(['ask', '--tools', '--json', '--config', file, '--root', root, ...more, 'How is the total made?'], { cwd: root });
/// The results that reached the model, in order.
async function results() {
  const last = (await mock.requests()).at(-1).body.messages;
  return last.filter((m) => m.role === 'tool').map((m) => m.content);
}

test('tools: three reads, then an answer; figures are summed, every call is shown', async () => {
  const { root } = project('three');
  await mock.scenarios({ '*': [
    { content: 'Let me look.', ...call('read_file', { path: 'src/price.py' }) },
    call('symbol', { name: 'net' }), call('search', { pattern: 'twice' }),
    { content: 'Twice the net price.' },
  ] });
  await mock.forget();
  const r = await ask(root, models('local', { price: '!{ input = 1, output = 1 }' }));
  equal([r.code, r.json.text, r.json.finish], [0, 'Let me look.\n\nTwice the net price.', 'stop']);
  equal(r.json.tools.map((t) => [t.name, t.result, t.refused]), [
    ['read_file', '3 lines', false], ['symbol', '1 definition', false], ['search', '1 match in 1 file', false]]);
  equal(r.json.tools[0].arguments, { path: 'src/price.py' });
  const requests = (await mock.requests()).filter((q) => q.method === 'POST');
  equal([requests.length, r.json.usage.input], [4, 40]);
  if (!(r.json.usd > 0.00004)) throw new Error('usd ' + r.json.usd);
  match(r.err, /\[tool\] read_file src\/price\.py → 3 lines\n\[tool\] symbol net → 1 definition\n\[tool\] search "twice" → 1 match in 1 file\n/);
  const got = await results();
  match(got[0], /^src\/price\.py, lines 1-3 of 3:\n1\tclass Price:\n/);
  match(got[1], /src\/net\.py, lines 1-2:\n1\tdef net\(price\):/);
  match(got[2], /README\.md\n {2}3: The total is twice/);
  equal(requests[0].body.tools.map((t) => t.function.name).length, 9);
  equal(requests[3].body.messages.filter((m) => m.tool_calls).length, 3);
});

test('tools: without --tools nothing changes', async () => {
  const { root } = project('without');
  await mock.scenarios({ '*': [call('read_file', { path: 'README.md' })] });
  await mock.forget();
  const r = await run(['ask', '--json', '--config', models('local'), '--root', root, 'hi'], { cwd: root });
  equal([r.code, r.json.finish, r.json.tools, (await mock.requests())[0].body.tools], [0, 'tool_calls', undefined, undefined]);
});

test('tools: what may not be read is refused and shown, and the answer comes', async () => {
  const { root } = project('refused');
  const asked = [
    ['read_file', { path: '.env' }, /never sent/], ['read_file', { path: '../outside.txt' }, /outside of the project/],
    ['read_file', { path: '/etc/passwd' }, /outside of the project/], ['read_file', { path: 'src/../../outside.txt' }, /outside/],
    ['read_file', { path: '.git/config' }, /git's own folder/], ['read_file', { path: 'link.txt' }, /refused/],
    ['read_file', { path: 'client/deal.py' }, /private \(rule client/], ['read_file', { path: 'ignored.txt' }, /no such file/],
    ['git_blame', { path: 'client/deal.py', first: 1, last: 1 }, /private/], ['git_log', { path: 'client' }, /private/],
    ['git_diff', { from: '--output=x' }, /no commit/], ['git_diff', { from: 'nosuchbranch' }, /git: /],
  ];
  await mock.scenarios({ '*': [...asked.map(([name, args]) => call(name, args)), { content: 'I could not.' }] });
  await mock.forget();
  const r = await ask(root, models('cloud', { trusted: false }));
  equal([r.code, r.json.text], [0, 'I could not.']);
  asked.forEach(([, , why], i) => { match(r.json.tools[i].result, why, `call ${i}`); equal(r.json.tools[i].refused, true, `call ${i}`); });
  const sent = JSON.stringify(await mock.requests());
  for (const secret of ['topsecret', 'OUTSIDE', 'PRIVATE_DEAL = 1', 'root:x', 'not for you', '(rule client']) if (sent.includes(secret)) throw new Error('sent: ' + secret);
});

test('tools: to a cloud lane private files are as if they were not there; a trusted one sees them and keeps them', async () => {
  const { root, git } = project('private');
  fs.appendFileSync(path.join(root, 'client/deal.py'), 'PRIVATE_DEAL = 2\n');
  fs.appendFileSync(path.join(root, 'src/net.py'), '# changed\n');
  const asked = [['search', { pattern: 'PRIVATE_DEAL' }], ['list_files', {}], ['symbol', { name: 'PRIVATE_DEAL' }], ['git_log', {}], ['git_diff', {}], ['references', { name: 'PRIVATE_DEAL' }]];
  await mock.scenarios({ '*': [...asked.map(([name, args]) => call(name, args)), { content: 'done' }] });
  await mock.forget();
  const cloud = await ask(root, models('cloud'));
  equal(cloud.json.tools.map((t) => t.result), ['0 matches', '4 files', 'not defined', '1 commit', 'diff of 1 file', '0 matches']);
  const seen = JSON.stringify((await results()));
  for (const word of ['deal', 'client']) if (seen.includes(word)) throw new Error(`a cloud lane saw ${word}: ${seen}`);

  await mock.scenarios({ '*': [...asked.map(([name, args]) => call(name, args)), { content: 'done' }] });
  const local = await ask(root, models('local'));
  equal(local.json.tools.map((t) => t.result), ['2 matches in 1 file', '5 files', '1 definition', '2 commits', 'diff of 2 files', '2 matches in 1 file']);
  git('status');
});

test('tools: once private text was read, no untrusted lane takes over', async () => {
  const { root } = project('label');
  const file = config({
    mine: { base_url: mock.address, model: 'mine', lane: 'local' },
    cloud: { base_url: mock.address, model: 'cloud', lane: 'cloud' },
  }, '[privacy]\nlocal_only = ["client/**"]\n[router]\ntasks = { ask = "mine" }\n');
  await mock.scenarios({ mine: [call('read_file', { path: 'client/deal.py' }), { status: 400, body: { error: { message: 'broken' } } }], cloud: [{ content: 'I am the cloud.' }], '*': [{}] });
  await mock.forget();
  const r = await ask(root, file);
  equal([r.code !== 0, r.json.tools[0].result], [true, '1 line']);
  const posts = (await mock.requests()).filter((q) => q.method === 'POST');
  equal([...new Set(posts.map((q) => q.body.model))], ['mine']);
});

test('tools: wrong calls are answered, and the model may correct itself', async () => {
  const { root } = project('wrong');
  await mock.scenarios({ '*': [
    call('rm_rf', { path: '/' }), call('read_file', '{"path": '), call('read_file', { file: 'README.md' }), call('read_file', { path: 7 }),
    call('read_file', { path: 'README.md', first: 'x' }), call('search', { pattern: '(((', regex: true }), call('read_file', { path: 'price.py' }),
    call('read_file', { path: 'README.md', first: '3', last: 3.0 }), call('search', { pattern: 'TOTAL|Net', regex: true, ignore_case: true, glob: '*.md' }),
    { content: 'done' },
  ] });
  const r = await ask(root, models('local'));
  equal([r.code, r.json.text, r.json.error], [0, 'done', undefined]);
  const got = await results();
  match(got[0], /no tool `rm_rf`; there are read_file, list_files/);
  match(got[1], /no JSON object; read_file takes path \(string, required\)/);
  match(got[2], /no argument `file`/);
  match(got[3], /`path` must be of type string, not integer/);
  match(got[4], /`first` must be of type integer/);
  match(got[5], /a \( without its \)/);
  match(got[6], /Of that name there are: src\/price\.py/);
  match(got[7], /^README\.md, lines 3-3 of 3:\n3\tThe total/);
  equal(r.json.tools.map((t) => t.refused), [true, true, true, true, true, true, true, false, false]);
});

test('tools: a model without end is stopped with a last question; the same call is not made twice', async () => {
  const { root } = project('endless');
  const lines = Array.from({ length: 40 }, (_, i) => call('read_file', { path: 'README.md', first: i + 1 }));
  await mock.scenarios({ '*': lines });
  await mock.forget();
  const r = await ask(root, models('local', {}, '[tools]\nmax_calls = 5\n'));
  equal([r.code, r.json.error.kind, r.json.tools.length], [7, 'provider', 5]);
  match(r.json.error.hint, /max_calls/);
  const posts = (await mock.requests()).filter((q) => q.method === 'POST');
  equal([posts.length, posts.at(-1).body.tool_choice, posts.at(-2).body.tool_choice], [6, 'none', undefined]);
  match(posts.at(-1).body.messages.at(-1).content, /That was the last call\. Answer now/);

  await mock.scenarios({ '*': [call('search', { pattern: 'net' }), call('search', '{ "pattern":"net" }'), call('search', { pattern: 'net' }), { content: 'Well.' }] });
  await mock.forget();
  const same = await ask(root, models('local'));
  equal([same.code, same.json.text, same.json.tools.map((t) => t.result)], [0, 'Well.', ['3 matches in 3 files', 'refused: the same as before', 'refused: the same as before']]);
  equal((await mock.requests()).filter((q) => q.method === 'POST').at(-1).body.tool_choice, 'none');
});

test('tools: hundreds of calls at once are answered up to the limit', async () => {
  const { root } = project('many');
  const tool_calls = Array.from({ length: 200 }, (_, i) => ({ index: i, id: 'c' + i, function: { name: 'read_file', arguments: JSON.stringify({ path: 'README.md', first: i + 1 }) } }));
  await mock.scenarios({ '*': [{ tool_calls }, { content: 'done' }] });
  const r = await ask(root, models('local'));
  equal([r.code, r.json.tools.length, r.json.tools.filter((t) => t.result.includes('limit of calls')).length], [0, 200, 180]);
  equal((await results()).length, 200);
});

test('tools: large files, long lines and large diffs are cut, and say so', async () => {
  const big = Array.from({ length: 5000 }, (_, i) => `value_${i} = ${i}`).join('\n') + '\n';
  const { root } = project('large', { 'src/huge.txt': 'x'.repeat(10 << 20), 'src/long.py': big, 'dist/app.min.js': 'var a=1;'.repeat(2000), 'bin.dat': 'a\0b' });
  await mock.scenarios({ '*': [
    call('read_file', { path: 'src/huge.txt' }), call('read_file', { path: 'src/long.py' }), call('read_file', { path: 'src/long.py', first: 4990 }),
    call('read_file', { path: 'dist/app.min.js' }), call('read_file', { path: 'bin.dat' }), call('search', { pattern: 'value_' }), { content: 'done' },
  ] });
  const r = await ask(root, models('local', { context: 200000 }));
  equal([r.code, r.json.text], [0, 'done']);
  const got = await results();
  match(got[0], /larger than 1 MiB/);
  match(got[1], /lines 1-(\d+) of 5000(.|\n)*go on with first = \d+\)\n$/);
  match(got[2], /lines 4990-5000 of 5000/);
  match(got[3], /… \(16000 bytes in this line\)/);
  match(got[4], /binary/);
  equal(r.json.tools[5].result, '30 matches in 1 file');
  for (const one of got) if (one.length > 30000) throw new Error('a result of ' + one.length);
});

test('tools: in words, for a model without function calls', async () => {
  const { root } = project('words');
  const block = (name, args) => '```tool\n' + JSON.stringify({ name, arguments: args }) + '\n```\n';
  await mock.scenarios({ '*': [
    { content: 'I look first.\n\n' + block('read_file', { path: 'src/net.py' }) + '\nResult: made up' },
    { content: '<tool_call>{"name": "search", "arguments": {"pattern": "twice"}}</tool_call>' },
    { content: '```tool\n{"name": nonsense\n```' },
    { content: 'It is 21 times two.\n\n```py\nnet()\n```' },
  ] });
  await mock.forget();
  const r = await ask(root, models('local', { tools: 'text' }));
  equal([r.code, r.json.text], [0, 'I look first.\n\nIt is 21 times two.\n\n```py\nnet()\n```']);
  equal(r.json.tools.map((t) => t.result), ['2 lines', '1 match in 1 file', 'refused: the block is no JSON object with a name']);
  const posts = (await mock.requests()).filter((q) => q.method === 'POST');
  equal([posts.length, posts[0].body.tools], [4, undefined]);
  match(posts[0].body.messages[0].content, /end your answer with one block(.|\n)*- read_file: /);
  equal(posts[1].body.messages.slice(-2).map((m) => m.role), ['assistant', 'user']);
  match(posts[1].body.messages.at(-1).content, /Result of read_file .*:\n~~~\nsrc\/net\.py, lines 1-2 of 2:/);
  if (JSON.stringify(posts[1].body).includes('made up')) throw new Error('what the model made up went back');
});

test('tools: a server that refuses them is asked in words, at once and from then on; false asks without', async () => {
  const { root } = project('fallback');
  for (const refusal of [{ status: 500, body: { error: { message: 'tools param requires --jinja flag' } } }, { status: 400, body: { error: { message: 'this model does not support tools' } } }]) {
    await mock.scenarios({ '*': [refusal, { content: '```tool\n{"name": "read_file", "arguments": {"path": "src/net.py"}}\n```' }, { content: 'It is 21.' }] });
    await mock.forget();
    const r = await ask(root, models('local'));
    equal([r.code, r.json.text, r.json.tools.length], [0, 'It is 21.', 1]);
    equal((await mock.requests()).filter((q) => q.method === 'POST').map((q) => Array.isArray(q.body.tools)), [true, false, false]);
  }
  await mock.scenarios({ '*': [{ content: 'plain' }] });
  await mock.forget();
  const none = await ask(root, models('local', { tools: false }));
  equal([none.json.text, none.json.tools, (await mock.requests()).at(-1).body.messages.length], ['plain', [], 1]);
});

test('tools: a review reads, and only its last words are findings; --json-lines tells calls as they come', async () => {
  const { root } = project('review');
  await mock.scenarios({ '*': [{ content: 'I check [1]: src/net.py:1: x', ...call('references', { name: 'net' }) }, { content: '[]' }] });
  const r = await run(['ask', '--task', 'review', '--tools', '--json', '--config', models('local'), '--root', root, '--file', 'src/net.py'], { cwd: root });
  equal([r.code, r.json.findings, r.json.tools[0].result], [0, [], '2 matches in 2 files']);
  await mock.scenarios({ '*': [call('list_files', { path: 'src' }), { content: 'two' }] });
  const lines = (await run(['ask', '--tools', '--json-lines', '--config', models('local'), '--root', root, 'which?'], { cwd: root })).out.trim().split('\n').map((l) => JSON.parse(l));
  equal([lines[0].tool.name, lines[0].tool.result, lines.at(-1).text, lines.at(-1).tools.length], ['list_files', '2 files', 'two', 1]);
});
