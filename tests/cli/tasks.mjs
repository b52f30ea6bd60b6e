// coder-nvim ask --task: what is asked for each task, and what becomes of the answer.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const dir = path.join(scratch, 'tasks');
fs.mkdirSync(path.join(dir, 'src'), { recursive: true });
const code = 'import sqlite3\n\ndef find(db, name):\n    return db.execute("SELECT * FROM users WHERE name = \'" + name + "\'")\n';
fs.writeFileSync(path.join(dir, 'src/db.py'), code);

const ask = (file, words, more = {}) => run(['ask', '--config', file, '--root', dir, ...words], { cwd: dir, ...more });
const found = [
  { file: 'src/db.py', line: 3, text: code.split('\n')[3], severity: 'critical', kind: 'security', message: 'SQL injection:\nuse a parameter' },
  { file: 'src/other.py', line: 1, text: 'x', severity: 'info', kind: 'bug', message: 'not here' },
];

test('ask --task: review gives findings at lines that are there', async () => {
  const mock = await startMock();
  await mock.scenarios({ '*': { content: 'Here you are:\n```json\n' + JSON.stringify({ findings: found }) + '\n```' } });
  const file = config({ mine: { base_url: mock.address } });
  const plain = await ask(file, ['--task', 'review', '--file', 'src/db.py']);
  equal([plain.code, plain.out], [0, 'src/db.py:4: error: SQL injection: use a parameter [security]\ninfo at no line that is there (src/other.py): not here [bug]\n']);
  const [system, user] = (await mock.requests()).at(-1).body.messages;
  match(system.content, /^Answer with JSON/);
  match(system.content, /SELECT \* FROM users/);
  match(user.content, /^Review src\/db\.py\. Report what is wrong/);
  const json = (await ask(file, ['--task', 'review', '--file', 'src/db.py', '--json', 'only SQL'])).json;
  equal(json.findings.map((one) => [one.file, one.line, one.severity, one.placed]), [['src/db.py', 4, 'error', true], ['src/other.py', 1, 'info', false]]);
  match((await mock.requests()).at(-1).body.messages[1].content, /only SQL$/);
  await mock.scenarios({ '*': { content: '{"findings": []}' } });
  equal((await ask(file, ['--task', 'review', '--file', 'src/db.py'])).out, 'nothing found\n');
  await mock.scenarios({ '*': { content: 'It looks fine.' } });
  const prose = await ask(file, ['--task', 'review', '--file', 'src/db.py']);
  equal([prose.code, prose.out], [0, 'It looks fine.\n']);
  match(prose.err, /no list of findings/);
  equal((await ask(file, ['--task', 'review', '--file', 'src/db.py', '--json'])).json.findings, null);
});

test('ask --task: edits of a task can be applied, other tasks answer in prose', async () => {
  const mock = await startMock();
  const edit = 'src/db.py\n```python\n<<<<<<< SEARCH\ndef find(db, name):\n=======\ndef find(db, name):\n    """The rows of a user."""\n>>>>>>> REPLACE\n```\n';
  await mock.scenarios({ '*': { content: edit } });
  const file = config({ mine: { base_url: mock.address } });
  const doc = await ask(file, ['--task', 'doc', '--file', 'src/db.py']);
  match((await mock.requests()).at(-1).body.messages[0].content, /^You change source code/);
  const applied = await run(['apply', '--json', '--root', dir, '-'], { stdin: doc.out, cwd: dir });
  equal([applied.code, applied.json.written], [0, 1]);
  match(fs.readFileSync(path.join(dir, 'src/db.py'), 'utf8'), /The rows of a user/);
  await mock.scenarios({ '*': { content: 'It finds a user.' } });
  equal((await ask(file, ['--task', 'explain', '--file', 'src/db.py', 'auf Deutsch'])).out, 'It finds a user.');
  match((await mock.requests()).at(-1).body.messages.at(-1).content, /^Explain src\/db\.py.*auf Deutsch$/s);
  equal((await ask(file, ['--task', 'pr', '-'], { stdin: 'diff --git a/x b/x\n' })).code, 0);
  match((await mock.requests()).at(-1).body.messages.at(-1).content, /^Write the title and description.*diff --git/s);
});

test('ask --task: what it adds does not decide where the request goes', async () => {
  const mock = await startMock();
  const file = config({
    here: { base_url: mock.address },
    away: { base_url: mock.address, lane: 'cloud' },
  });
  const size = (n) => ask(file, ['--task', 'explain', '--json', '-'], { stdin: 'x'.repeat(n) });
  equal((await size(24000)).json.lane, 'cloud');
  equal((await size(24001)).json.lane, 'local');
  equal((await ask(file, ['--task', 'review', '--json', '[REPO_CTX] all of it'])).json.lane, 'local');
});

test('ask --task: nothing to do it with', async () => {
  const file = config({ mine: { base_url: 'http://127.0.0.1:9/v1' } });
  const review = await ask(file, ['--task', 'review']);
  equal(review.code, 2);
  match(review.err, /not a git repository[^]*name files with --file/);
  match((await ask(file, ['--task', 'doc'])).err, /there is nothing to doc[^]*name files with --file/);
  const pr = await ask(file, ['--task', 'pr']);
  equal(pr.code, 2);
  match(pr.err, /not a git repository[^]*git diff main\.\.\. \|/);
  match((await ask(file, ['--task', 'nonsense'])).err, /there is no prompt/);
});

test('ask --task pr and commit: from git, of any size, private and secret files as always', async () => {
  const mock = await startMock();
  const root = path.join(scratch, 'with-git');
  fs.mkdirSync(root);
  const git = (...words) => execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], { stdio: 'pipe' });
  const write = (name, text) => fs.writeFileSync(path.join(root, name), text);
  git('init', '-q', '-b', 'main');
  write('a.py', 'x = 1\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  git('checkout', '-qb', 'topic');
  write('a.py', 'x = 2\n');
  git('commit', '-qam', 'two is better');
  const inside = (file, words) => run(['ask', '--config', file, '--root', root, ...words], { cwd: root });
  const small = config({ mine: { base_url: mock.address, lane: 'cloud' } }, '[privacy]\nlocal_only = ["client/**"]\n');
  await mock.scenarios({ '*': { content: '```\nUse two\n\nIt is better.\n```' } });
  const pr = await inside(small, ['--task', 'pr']);
  equal([pr.code, pr.out], [0, 'Use two\n\nIt is better.\n']);
  match(pr.err, /of 1 commit since main[^]*\[router\] mine/);
  const asked = (await mock.requests()).at(-1).body.messages.at(-1).content;
  match(asked, /- two is better[^]*\+x = 2/);
  match((await inside(small, ['--task', 'commit'])).err, /nothing has changed/);
  await mock.scenarios({ '*': { content: '{"findings": [{"file": "a.py", "line": 9, "text": "x = 2", "message": "why two?"}]}' } });
  const review = await inside(small, ['--task', 'review']);
  equal([review.code, review.out], [0, 'a.py:1: warning: why two? [other]\n']);
  match((await mock.requests()).at(-1).body.messages[0].content, /git diff[^]*\+x = 2/);
  await mock.scenarios({ '*': { content: '```\nUse two\n\nIt is better.\n```' } });
  write('.env', 'KEY=1\n');
  write('b.py', 'y = 1\n');
  git('add', '-f', '.env', 'b.py');
  const commit = await inside(small, ['--task', 'commit', '--json']);
  equal([commit.code, commit.json.text], [0, 'Use two\n\nIt is better.']);
  match(commit.err, /left out: \.env: never sent/);
  equal(/KEY=1/.test((await mock.requests()).at(-1).body.messages.at(-1).content), false);
  fs.mkdirSync(path.join(root, 'client'));
  write('client/c.py', 'z = 1\n');
  git('add', 'client');
  equal((await inside(small, ['--task', 'commit'])).code, 5);
  git('rm', '-q', '--cached', 'client/c.py', '.env');
  // A diff of many files in parts, each read once; the text is written from the notes.
  for (let i = 0; i < 12; ++i) write(`f${i}.py`, `# line ${i}\n`.repeat(400));
  git('add', ...Array.from({ length: 12 }, (_, i) => `f${i}.py`));
  await mock.forget();
  await mock.scenarios({ '*': { content: 'A note.' } });
  const narrow = config({ mine: { base_url: mock.address, lane: 'local', context: 8192 } });
  const large = await inside(narrow, ['--task', 'commit', '--json']);
  equal([large.code, large.json.text], [0, 'A note.']);
  const texts = (await mock.requests()).map((one) => one.body.messages.at(-1).content);
  for (let i = 0; i < 12; ++i) equal(texts.filter((text) => text.includes(`+# line ${i}\n`)).length, 1, `f${i}.py`);
  match(texts.at(-1), /f11\.py \| 400 \+ 0 -[^]*Part 1:\nA note\./);
  equal(large.json.usage.input, texts.length * 10);
});

test('ask --task: a task of the user, in the configuration', async () => {
  const mock = await startMock();
  await mock.scenarios({ '*': { content: '{"findings": [{"file": "src/db.py", "line": 1, "message": "no"}]}' } });
  const file = config({ mine: { base_url: mock.address } }, '[tasks.sql]\nprompt = "Look at the SQL of {files}."\nanswer = "findings"\n');
  const found = await ask(file, ['--task', 'sql', '--file', 'src/db.py', '--json']);
  equal(found.json.findings.map((one) => [one.file, one.line, one.placed]), [['src/db.py', 1, true]]);
  match((await mock.requests())[0].body.messages.at(-1).content, /^Look at the SQL of src\/db\.py\.$/);
  const wrong = config({ mine: { base_url: mock.address } }, '[tasks.review]\nprompt = "x"\n[tasks.b]\nanswer = "edits"\n[tasks."a b"]\nprompt = "x"\n[tasks.c]\nprompt = "x"\nanswer = "poem"\n');
  const check = await run(['config', 'check', '--config', wrong, '--json']);
  equal(check.code, 3);
  const said = check.json.problems.map((one) => one.message).join('\n');
  for (const part of [/\[tasks\.review\]: there is a task of this name already/, /`prompt` is missing in \[tasks\.b\]/, /made of letters, digits, - and _/, /`answer` in \[tasks\.c\] must be/]) match(said, part);
});

test('ask --task test: the framework, the file and examples go along, private ones not everywhere', async () => {
  const mock = await startMock();
  await mock.scenarios({ '*': { content: 'done' } });
  const root = path.join(scratch, 'with-tests');
  const files = {
    'pyproject.toml': '[tool.pytest.ini_options]\n', 'a.py': 'def a(): pass\n', 'b.py': 'def b(): pass\n',
    'tests/test_b.py': 'import pytest\n\ndef test_b(): pass\n', 'tests/x/test_odd.py': 'import pytest\n\ndef test_odd(): pass\n',
    'lib.rb': 'def x; end\n', 'notes.php': '<?php\n',
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
  const asking = (file, words) => run(['ask', '--config', file, '--root', root, '--task', 'test', ...words], { cwd: root });
  const local = config({ mine: { base_url: mock.address, lane: 'local' } });
  const fresh = await asking(local, ['--file', 'a.py', 'be brief']);
  equal(fresh.code, 0);
  match(fresh.err, /tests: tests\/test_a\.py \(new; as tests\/test_b\.py is for b\.py\), pytest/);
  const last = async () => (await mock.requests()).at(-1).body.messages.map((one) => one.content).join('\n');
  match(await last(), /Write tests for a\.py with pytest\. They belong into a new file, tests\/test_a\.py[^]*be brief/);
  match(await last(), /as examples[^]*def test_b/);
  match(await last(), /def test_odd/);
  // One that is there goes along as if it had been named.
  await asking(local, ['--file', 'b.py']);
  match(await last(), /They belong into tests\/test_b\.py: add to it/);
  match((await mock.requests()).at(-1).body.messages[0].content, /def test_b/);
  const away = config({ mine: { base_url: mock.address, lane: 'cloud' } }, '[privacy]\nlocal_only = ["tests/x/**"]\n');
  equal((await asking(away, ['--file', 'a.py'])).code, 0);
  equal([/def test_b/.test(await last()), /odd/.test(await last())], [true, false]);
  const hidden = config({ mine: { base_url: mock.address, lane: 'cloud' } }, '[privacy]\nlocal_only = ["tests/test_a.py"]\n');
  equal((await asking(hidden, ['--file', 'a.py'])).code, 5);
  const none = await asking(local, ['--file', 'lib.rb']);
  equal(none.code, 2);
  match(none.err, /no test framework is found in this project for lib\.rb[^]*Gemfile/);
  // Of other languages nothing is known, and nothing is lost.
  equal((await asking(local, ['--file', 'notes.php'])).code, 0);
  match(await last(), /with the test framework that the project uses/);
});

test('ask --task review: the form of the answer, and a server that does not know it', async () => {
  const mock = await startMock();
  const no = (word) => ({ status: 400, body: { error: { message: `${word} is not supported by this model`, type: 'invalid_request_error' } } });
  const good = { content: '{"findings": []}' };
  const form = (request) => request.body.response_format?.type;
  const forms = async () => (await mock.requests()).map(form);
  await mock.scenarios({ '*': good });
  const review = ['--task', 'review', '--file', 'src/db.py', '--json'];
  equal((await ask(config({ mine: { base_url: mock.address } }), review)).json.findings, []);
  equal(await forms(), ['json_schema']);
  const { schema } = (await mock.requests())[0].body.response_format.json_schema;
  equal([schema.required, schema.additionalProperties, schema.properties.findings.items.required.length], [['findings'], false, 7]);
  await mock.forget();
  await ask(config({ mine: { base_url: mock.address, json: 'object' } }), review);
  await ask(config({ mine: { base_url: mock.address, json: '!false' } }), review);
  await ask(config({ mine: { base_url: mock.address } }), ['--task', 'explain', '--file', 'src/db.py']);
  equal(await forms(), ['json_object', undefined, undefined]);
  // One process: the first finds out, the others know.
  await mock.forget();
  await mock.scenarios({ '*': [no('response_format json_schema'), no('response_format'), good] });
  fs.writeFileSync(path.join(dir, 'src/b.py'), 'b = 1\n');
  const many = await ask(config({ mine: { base_url: mock.address } }), ['--task', 'review', '--json-lines', '--jobs', '1', '--file', 'src/db.py', '--file', 'src/b.py', '--file', 'src/../src/db.py']);
  equal(many.code, 0, many.err);
  equal(await forms(), ['json_schema', 'json_object', undefined, undefined]);
  // Other refusals are none of the form.
  await mock.forget();
  await mock.scenarios({ '*': no('temperature') });
  equal((await ask(config({ mine: { base_url: mock.address } }), review)).code, 7);
  equal(await forms(), ['json_schema']);
  // Cut off before the first finding is complete.
  await mock.scenarios({ '*': { content: '{"findings": [{"file": "src/db', finish: 'length' } });
  equal((await ask(config({ mine: { base_url: mock.address } }), review)).json.findings, []);
});
