// coder-nvim ask --task T --json-lines --file …: many files, each asked about by itself.
import fs from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { bin, config, equal, match, run, scratch, startMock, test } from './harness.mjs';

let worlds = 0;
/// A project with files of its own, and a state folder of its own.
function world(count) {
  const dir = path.join(scratch, `batch-${++worlds}`);
  fs.mkdirSync(path.join(dir, 'src'), { recursive: true });
  const names = Array.from({ length: count }, (_, i) => `src/f${String(i).padStart(3, '0')}.py`);
  for (const name of names) fs.writeFileSync(path.join(dir, name), `def of_${path.basename(name, '.py')}(): pass\n`);
  fs.writeFileSync(path.join(dir, 'list'), names.join('\n') + '\n');
  return { dir, names, state: path.join(dir, 'state'), journals: path.join(dir, 'state/coder-nvim/batches') };
}
const batch = (w, file, words = [], more = {}) =>
  run(['ask', '--config', file, '--root', w.dir, '--task', 'explain', '--json-lines', ...words],
    { cwd: w.dir, ...more, env: { XDG_STATE_HOME: w.state, ...more.env } });
const lines = (r) => r.out.split('\n').slice(0, -1).map((line) => JSON.parse(line));
const results = (r) => lines(r).filter((one) => !one.batch);
/// What is said of all: on standard error, or, where something stopped it, in a last line.
const summary = (r) => {
  const said = r.err.match(/(\d+) files?: (\d+) done(?: \((\d+) by an earlier run\))?(?:, (\d+) failed)?/);
  const told = said && { files: +said[1], done: +said[2], resumed: +(said[3] ?? 0), failed: +(said[4] ?? 0) };
  const last = lines(r).at(-1).batch;
  if (last) equal([last.files, last.done, last.resumed, last.failed], [told.files, told.done, told.resumed, told.failed]);
  return told;
};
const kept = (w) => (fs.existsSync(w.journals) ? fs.readdirSync(w.journals) : []);
/// How often the server was asked about each file.
async function asked(mock) {
  const out = {};
  for (const request of await mock.requests()) {
    const name = /src\/[a-z0-9]+\.py/.exec(request.body.messages[0].content)?.[0];
    (out[name] ??= []).push(request);
  }
  return out;
}
const busy = { status: 429, headers: { 'retry-after': '1' }, body: { error: { message: 'slow down' } } };
const fine = { content: 'It is empty.' };

test('batch: 200 files under a rate limit with 429s: all done, none asked again once answered', async () => {
  const w = world(200), mock = await startMock();
  const list = Array.from({ length: 215 }, (_, i) => (i % 15 === 7 ? busy : fine));
  await mock.scenarios({ '*': [...list, fine] });
  const file = config({ relay: { base_url: mock.address, lane: 'cloud', price: '!{ input = 1, output = 1 }' } }, '[limits]\nrps = 30\nburst = 30');
  const r = await batch(w, file, ['--files-from', 'list', '--file', 'src/f000.py', '--file', './src/../src/f001.py']);
  equal([r.code, summary(r).files, summary(r).done, summary(r).failed, lines(r).length], [0, 200, 200, 0, 200], r.err);
  equal(results(r).map((one) => one.file).sort(), w.names);
  equal(new Set(results(r).map((one) => one.text)).size, 1);
  const refused = list.filter((one) => one === busy).length;
  const all = await mock.requests();
  equal(all.length, 200 + refused, 'requests');
  // A second's worth of burst and 30 a second: 90 in 2 s, and more only where the server was late to look.
  for (let i = 0; i + 130 < all.length; ++i) equal(all[i + 130].at - all[i].at > 2000, true, 'rate');
  equal(kept(w), [], 'the journal has gone');
  match(r.err, /200 files: 200 done, \$0\.\d+/);
  match(r.err, /coder-nvim: \d+\/200 .*files\/s/);
});

test('batch: kill -9 midway, then the same command goes on', async () => {
  const w = world(60), mock = await startMock();
  await mock.scenarios({ '*': [...Array(40).fill(fine), { hold: true }] });
  const file = config({ relay: { base_url: mock.address, lane: 'cloud' } });
  const first = await batch(w, file, ['--files-from', 'list'], { kill: (child, out) => { if (out.split('\n').length > 20) child.kill('SIGKILL'); } });
  equal(first.signal, 'SIGKILL');
  const shown = first.out.split('\n').slice(0, -1).map((line) => JSON.parse(line).file);
  equal(shown.length > 18 && shown.length < 60, true, `${shown.length} lines`);
  const [journal] = kept(w).map((name) => path.join(w.journals, name));
  equal([fs.statSync(journal).mode & 0o777, fs.statSync(w.journals).mode & 0o777], [0o600, 0o700]);
  fs.appendFileSync(journal, '{"id": "torn');
  fs.writeFileSync(path.join(w.dir, shown[0]), 'changed = True\n');
  await mock.forget();
  await mock.scenarios({ '*': fine });
  const second = await batch(w, file, ['--files-from', 'list']);
  equal([second.code, summary(second).done], [0, 60], second.err);
  equal(results(second).map((one) => one.file).sort(), w.names);
  const again = await asked(mock);
  equal(again[shown[0]].length, 1, 'the changed one');
  for (const name of shown.slice(1)) equal(again[name], undefined, name);
  const resumed = results(second).filter((one) => one.resumed).map((one) => one.file);
  for (const name of shown.slice(1)) equal(resumed.includes(name), true, name);
  equal(resumed.length, summary(second).resumed);
  match(second.err, /going on: an earlier run has \d+ answers/);
  equal(kept(w), []);
});

test('batch: an interrupt keeps what is answered, --fresh does not use it', async () => {
  const w = world(30), mock = await startMock();
  const some = async () => mock.scenarios({ '*': [...Array(15).fill(fine), { hold: true }] });
  await some();
  const file = config({ relay: { base_url: mock.address, lane: 'cloud' } });
  let told = false;
  const once = (child, out) => { if (!told && out.split('\n').length > 8) told = child.kill('SIGINT'); };
  const stopped = await batch(w, file, ['--files-from', 'list'], { kill: once });
  equal(stopped.code, 130, stopped.err);
  match(stopped.err, /interrupted; .*The same command goes on with the rest/);
  equal(lines(stopped).at(-1).error.kind, 'interrupted');
  const before = summary(stopped).done;
  await some();
  const rest = await batch(w, file, ['--files-from', 'list', '--max-tokens', '9'], { kill: (child, out) => { if (out.split('\n').length > 3) child.kill('SIGKILL'); } });
  equal(lines(rest).some((one) => one.resumed), false, 'another limit is another batch');
  await mock.forget();
  await mock.scenarios({ '*': fine });
  const fresh = await batch(w, file, ['--files-from', 'list', '--fresh']);
  equal([fresh.code, summary(fresh).resumed, (await mock.requests()).length], [0, 0, 30]);
  equal(before > 0 && before < 30, true);
});

test('batch: files that cannot be sent fail alone, and are asked about when they can', async () => {
  const w = world(4), mock = await startMock();
  await mock.scenarios({ '*': fine });
  fs.writeFileSync(path.join(w.dir, '.env'), 'KEY=1\n');
  fs.writeFileSync(path.join(w.dir, 'blob.bin'), 'a\0b');
  fs.mkdirSync(path.join(w.dir, 'mine'));
  fs.writeFileSync(path.join(w.dir, 'mine/x.py'), 'private_thing = 1\n');
  const file = config({ relay: { base_url: mock.address, lane: 'cloud' } }, '[privacy]\nlocal_only = ["mine/**"]');
  const names = ['.env', 'blob.bin', 'gone.py', 'mine/x.py'];
  const r = await batch(w, file, ['--files-from', 'list', ...names.flatMap((name) => ['--file', name])]);
  equal(r.code, 5, 'the first that failed, in the order of names');
  const kinds = Object.fromEntries(results(r).map((one) => [one.file, one.error?.kind]));
  equal(names.map((name) => kinds[name]), ['policy', 'usage', 'usage', 'policy']);
  equal(w.names.map((name) => kinds[name]), w.names.map(() => undefined));
  equal(JSON.stringify(await mock.requests()).includes('private_thing'), false);
  match(r.err, /failed: gone\.py\n {2}gone\.py: no such file/);
  await mock.forget();
  fs.writeFileSync(path.join(w.dir, 'gone.py'), 'here = 1\n');
  const again = await batch(w, file, ['--files-from', 'list', '--file', 'gone.py']);
  equal([again.code, summary(again).done, summary(again).resumed, (await mock.requests()).length], [0, 5, 4, 1]);
});

test('batch: what is wrong for all files ends it at once', async () => {
  const w = world(40), mock = await startMock();
  await mock.scenarios({ '*': { status: 401, body: { error: { message: 'no' } } } });
  const file = config({ relay: { base_url: mock.address, lane: 'cloud', api_key: 'k' } });
  const key = await batch(w, file, ['--files-from', 'list', '--jobs', '4']);
  equal([key.code, summary(key).failed], [4, 40]);
  equal((await mock.requests()).length <= 4, true);
  match(key.err, /failed: .* and 30 more\n/);
  const down = await batch(w, config({ relay: { base_url: 'http://127.0.0.1:9/v1', lane: 'cloud' } }), ['--files-from', 'list']);
  equal([down.code, summary(down).failed], [7, 40]);
  match(down.err, /waiting 1 s: .*cannot reach/);
  await mock.scenarios({ '*': { ...fine, usage: { prompt_tokens: 1000000, completion_tokens: 1 } } });
  const money = config({ relay: { base_url: mock.address, lane: 'cloud', price: '!{ input = 1, output = 1 }' } }, '[budget]\nmonthly_usd = 3');
  const spent = await batch(w, money, ['--files-from', 'list', '--jobs', '1']);
  equal(spent.code, 5, spent.err);
  equal(summary(spent).done >= 3 && summary(spent).done < 10, true, `${summary(spent).done} done`);
  equal(summary(spent).done + summary(spent).failed, 40);
});

test('batch: a server error now and then passes, a file that always fails does not stop the others', async () => {
  const w = world(12), mock = await startMock();
  const broken = { status: 500, body: { error: { message: 'oops' } } };
  await mock.scenarios({ '*': [fine, broken, fine, { ...fine, die: 1 }, fine, broken, fine] });
  const file = config({ relay: { base_url: mock.address, lane: 'cloud' } });
  const r = await batch(w, file, ['--files-from', 'list', '--jobs', '2']);
  equal([r.code, summary(r).done], [0, 12], r.err);
  for (const one of results(r)) equal(one.text, 'It is empty.');
});

test('batch: two at once, no room for the journal, a closed reader', async () => {
  const w = world(20), mock = await startMock();
  await mock.scenarios({ '*': { ...fine, first_ms: 400 } });
  const file = config({ relay: { base_url: mock.address, lane: 'cloud' } });
  let other;
  const first = await batch(w, file, ['--files-from', 'list', '--jobs', '2'], { kill: () => { other ??= batch(w, file, ['--files-from', 'list']); } });
  const second = await other;
  equal([first.code, second.code], [0, 2]);
  match(second.err, /another process is at this batch/);
  fs.rmSync(w.state, { recursive: true });
  fs.mkdirSync(path.join(w.state, 'coder-nvim'), { recursive: true });
  fs.writeFileSync(w.journals, 'no folder');
  await mock.scenarios({ '*': fine });
  const without = await batch(w, file, ['--files-from', 'list']);
  equal([without.code, summary(without).done], [0, 20]);
  match(without.err, /this batch cannot be resumed/);
  const script = `"$0" ask --config "$1" --root . --task explain --json-lines --files-from list | head -n 2; exit \${PIPESTATUS[0]}`;
  let code = 0, out = '';
  try { execFileSync('bash', ['-c', script, bin, file], { cwd: w.dir, env: { PATH: process.env.PATH, HOME: scratch, XDG_STATE_HOME: path.join(w.dir, 'other') }, stdio: ['ignore', 'pipe', 'ignore'] }); } catch (error) { code = error.status; out = String(error.stdout); }
  equal([code, out.split('\n').length], [1, 3]);
  fs.rmSync(w.state, { recursive: true });
  const full = 'ulimit -f 1; exec "$0" ask --config "$1" --root . --task explain --json-lines --files-from list';
  const env = { PATH: process.env.PATH, HOME: scratch, XDG_STATE_HOME: w.state };
  const told = execFileSync('bash', ['-c', full + ' 2>&1 >/dev/null', bin, file], { cwd: w.dir, env });
  match(String(told), /what is answered now cannot be resumed: .*File too large[^]*20 files: 20 done/);
});

test('batch: a review has findings in each line; options that belong to a batch', async () => {
  const w = world(3), mock = await startMock();
  await mock.scenarios({ '*': { content: JSON.stringify({ findings: [{ file: 'src/f001.py', line: 1, text: '', severity: 'error', kind: 'bug', message: 'no body' }] }) } });
  const file = config({ relay: { base_url: mock.address } });
  const r = await run(['ask', '--config', file, '--root', w.dir, '--task', 'review', '--json-lines', '--files-from', '-', 'only bugs'], { cwd: w.dir, stdin: w.names.join('\0') + '\0', env: { XDG_STATE_HOME: w.state } });
  equal([r.code, results(r).length], [0, 3], r.err);
  const by = Object.fromEntries(results(r).map((one) => [one.file, one.findings[0].placed]).sort());
  equal(by, { 'src/f000.py': false, 'src/f001.py': true, 'src/f002.py': false });
  match((await mock.requests())[0].body.messages.at(-1).content, /only bugs$/);
  equal((await run(['ask', '--config', file, '--jobs', '2', 'x'])).code, 2);
  equal((await batch(w, file, ['--file', 'src/f000.py', '--repo'])).code, 2);
  equal((await batch(w, file, ['--file', 'src/f000.py', '--jobs', '0'])).code, 2);
});
