// Money from the shell: the ledger, estimates, budgets, the audit.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { config, equal, match, run, scratch, startMock, test } from './harness.mjs';

const server = await startMock();
let states = 0;
const state = () => ({ XDG_STATE_HOME: path.join(scratch, `cost-${++states}`) });
const price = '!{ input = 1, cached_input = 0.1, cache_write = 1.25, output = 2 }';
const block = (keys = {}) => ({ base_url: server.address, lane: 'cloud', price, ...keys });
const usage = (more) => ({ usage: { prompt_tokens: 1000, completion_tokens: 100, ...more }, content: 'ok' });
const root = path.join(scratch, 'cost-project');
fs.mkdirSync(path.join(root, '.git'), { recursive: true });
fs.writeFileSync(path.join(root, 'a.py'), 'one = 1\ntwo = 2\n');

async function fresh(scenarios = { '*': usage() }) {
  await server.forget();
  await fetch(server.base + '/_scenarios', { method: 'DELETE' });
  await server.scenarios(scenarios);
}

test('estimate: the sums of the team come out to the cent', async () => {
  const file = config({
    relay: { base_url: 'https://relay.invalid/v1', model: 'deepseek-v3.2', price: '!{ input = 0.14, cached_input = 0.014, output = 0.42 }' },
    gpt: { base_url: 'https://relay.invalid/v1', model: 'gpt-4.1', price: '!{ output = 8.0 }' },
    claude: { base_url: 'https://relay.invalid/v1', model: 'x', price: '!{ output = 15.00 }' },
    bare: { base_url: 'https://relay.invalid/v1', model: 'deepseek-v3.2' },
    odd: { base_url: 'https://relay.invalid/v1', model: 'odd-1' },
    box: { base_url: 'http://127.0.0.1:9/v1', model: 'qwen' },
  });
  const of = async (model, engineers, input, output, ...more) => run(['estimate', '--json', '--config', file, '--model', model, '--engineers', String(engineers), '--input', input, '--output', output, ...more]);
  const month = async (...args) => (await of(...args)).json.usd_per_month;
  equal(await month('relay', 4, '18M', '6M', '--cached', '100'), 11.09);
  equal(await month('bare', 4, '18M', '6M', '--cached', '100%'), 11.09, 'the usual price');
  equal(await month('relay', 4, '18M', '6M'), 20.16);
  equal(await month('relay', 1, '10M', '0', '--cached', '50'), 0.77);
  equal([await month('gpt', 1, '0', '10M'), await month('claude', 1, '0', '10M'), await month('relay', 1, '0', '10M')], [80, 150, 4.2]);
  equal(await month('box', 4, '18M', '6M'), 0);
  const words = await run(['estimate', '--config', file, '--model', 'relay', '--engineers', '4', '--input', '18M', '--output', '6M', '--cached', '100']);
  equal([words.code, words.out], [0, '$11.09 a month with relay, 4 engineers\n']);
  const unknown = await of('odd', 1, '1M', '1M');
  equal([unknown.code, unknown.json.error.kind], [3, 'config']);
  match(unknown.json.error.hint, /price = /);
  match((await of('realy', 1, '1M', '1M')).json.error.hint, /relay/);
  for (const args of [['relay', 0, '1M', '1M'], ['relay', 1, 'lots', '1M'], ['relay', 1, '1M', '-1'], ['relay', 1, '1M', '1M', '--cached', '101']]) equal((await of(...args)).code, 2, args.join(' '));
  equal((await run(['estimate', '--config', file, '--model', 'relay'])).code, 2);
});

test('cost: what was asked is there, by model, task and day, and adds up', async () => {
  const env = state();
  await fresh({ mock: usage({ prompt_tokens_details: { cached_tokens: 400 } }), dear: usage({ cost: 0.25 }), none: { content: 'ok', usage: usage().usage } });
  const file = config({ one: block(), two: block({ model: 'dear' }), free: { base_url: server.address, lane: 'cloud', model: 'none' } });
  const empty = await run(['cost', '--json', '--config', file], { env });
  equal([empty.code, empty.json.usd, empty.json.by_model], [0, 0, []]);
  const ask = async (...args) => run(['ask', '--json', '--config', file, ...args, 'hi'], { env, cwd: root });
  const one = (await ask('--model', 'one')).json.usd;
  equal(one, 0.00084);
  await ask('--model', 'one', '--task', 'review');
  equal((await ask('--model', 'two')).json.usd, 0.25);
  equal((await ask('--model', 'free')).json.usd, null);
  const r = await run(['cost', '--json', '--config', file], { env });
  equal([r.code, r.json.usd, r.json.requests, r.json.unknown_price], [0, 0.25168, 4, 1]);
  equal(r.json.by_model.map((m) => [m.model, m.lane, m.usd, m.requests]), [['two', 'cloud', 0.25, 1], ['one', 'cloud', 0.00168, 2], ['free', 'cloud', 0, 1]]);
  equal(r.json.by_model[1].cached_input, 800);
  equal(r.json.by_task.map((t) => t.task).sort(), ['ask', 'review']);
  equal(r.json.by_project.map((p) => p.project), [root]);
  equal([r.json.today_usd, r.json.month_usd, r.json.by_day.length], [0.25168, 0.25168, 1]);
  const page = (await run(['cost', '--config', file], { env })).out;
  for (const words of [/today +\$0\.252 \+ \$\? +4 requests/, /this month/, /two \(cloud\) +1/, /1 request to models without a price/, /█/]) match(page, words);
  equal((await run(['cost', '--json', '--since', '2999-01-01', '--config', file], { env })).json.usd, 0);
  equal((await run(['cost', '--json', '--since', '2020-01-01', '--config', file], { env })).json.usd, 0.25168);
  equal((await run(['cost', '--since', 'yesterday', '--config', file], { env })).code, 2);
  const rows = (await run(['cost', '--csv', '--config', file], { env })).out.trim().split('\n').map((l) => l.split(','));
  const column = rows[0].indexOf('usd');
  equal(rows.slice(1).reduce((sum, row) => sum + BigInt(row[column].replace('.', '') || 0), 0n).toString(), '251680000');
  equal((await run(['cost', '--csv', '--json', '--config', file], { env })).code, 2);
});

test('cost: failed and cancelled requests are rows, too', async () => {
  const env = state();
  await fresh({ mock: { status: 400, body: { error: { message: 'no' } } }, slow: { count: 1000, rate: 20 } });
  const file = config({ one: block(), two: block({ model: 'slow' }) });
  equal((await run(['ask', '--config', file, '--model', 'one', 'x'], { env })).code, 7);
  equal((await run(['ask', '--config', file, '--model', 'two', 'x'], { env, kill: (child) => child.kill('SIGINT') })).code, 130);
  const rows = (await run(['cost', '--csv', '--config', file], { env })).out.trim().split('\n');
  equal(rows.length, 3);
  match(rows[1], /,failed,/);
  match(rows[2], /,estimated,0\.0000.*,cancelled,/);
});

test('cost: a completion is a row, with what went along', async () => {
  const env = state();
  await fresh({ '*': { content: 'return 1', llama: true } });
  const file = config({ box: { base_url: server.address, lane: 'local', model: 'Qwen2.5-Coder' } });
  equal((await run(['complete', '--config', file, '--file', 'a.py', '--line', '2', '--col', '3'], { env, cwd: root })).code, 0);
  const r = await run(['cost', '--audit', '--json', '--config', file], { env });
  equal(r.json.by_task.map((t) => t.task), ['complete']);
  const [sent] = r.json.requests_sent;
  equal([sent.task, sent.model, sent.address, sent.project], ['complete', 'box', server.address, root]);
  equal(sent.chunks.map((c) => [c.first, c.last]).every(([first, last]) => first >= 1 && last >= first && last <= 2), true);
});

test('audit: file, lines, label, hash and address of all that was sent', async () => {
  const env = state();
  await fresh();
  const file = config({ one: block({ lane: 'local' }) }, '[privacy]\nlocal_only = ["a.py"]');
  equal((await run(['ask', '--config', file, '--file', 'a.py', 'why?'], { env, cwd: root })).code, 0);
  const r = await run(['cost', '--audit', '--json', '--config', file], { env });
  equal(r.json.requests_sent.length, 1);
  const [sent] = r.json.requests_sent;
  equal([sent.address, sent.label, sent.task], [server.address, 'local_only', 'ask']);
  const chunk = sent.chunks.find((c) => c.file === 'a.py');
  const text = fs.readFileSync(path.join(root, 'a.py'));
  equal(chunk, { file: 'a.py', first: 1, last: 2, label: 'local_only', bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') });
  equal(sent.chunks.find((c) => c.file === 'prompt').label, 'any');
  const words = (await run(['cost', '--audit', '--config', file], { env })).out;
  match(words, /ask to one at http.*\(local_only\)\n(.|\n)*  a\.py:1-2, local_only, 16 bytes, sha256 [0-9a-f]{64}\n/);
  match((await run(['cost', '--audit', '--csv', '--config', file], { env })).out, /\n[^\n]*,a\.py,1,2,local_only,16,[0-9a-f]{64}\n/);
  // Nothing of the text itself, unless that is asked for.
  const db = path.join(env.XDG_STATE_HOME, 'coder-nvim');
  const holds = (words) => fs.readdirSync(db).some((name) => name.startsWith('ledger.db') && fs.readFileSync(path.join(db, name)).includes(words));
  equal(holds('two = 2'), false);
  const kept = config({ one: block({ lane: 'local' }) }, '[ledger]\naudit_text = true');
  equal((await run(['ask', '--config', kept, '--file', 'a.py', 'why?'], { env, cwd: root })).code, 0);
  equal(holds('two = 2'), true);
});

test('budget: shared by processes, warned of once at 80 %, stopped at 100 %, passed on purpose', async () => {
  const env = state();
  await fresh({ '*': usage({ cost: 0.45 }) });
  const models = { relay: block({ model: 'far' }) };
  const file = config(models, '[budget]\ndaily_usd = 1.0');
  const ask = async (...args) => run(['ask', '--json', '--config', file, ...args, 'hi'], { env, cwd: root });
  const first = await ask();
  equal(first.code, 0);
  equal((await ask()).code, 0);
  const third = await ask();
  equal(third.code, 0);
  match(third.err, /budget: \$0\.900 of \$1\.00 spent today, over 80 %/);
  const refused = await ask();
  equal([refused.code, refused.json.error.kind], [5, 'policy']);
  match(refused.json.error.message, /the budget is used up: \$1\.35 of \$1\.00 spent today/);
  match(refused.json.error.hint, /--over-budget/);
  equal((await server.requests()).filter((r) => r.method === 'POST').length, 3);
  equal((await ask('--over-budget')).code, 0);
  equal((await ask()).code, 5);
  const routed = await run(['route', '--json', '--config', file], { env, cwd: root, stdin: '{"prompt": "x"}' });
  equal([routed.code, routed.json.lane], [5, null]);
  const both = config({ ...models, box: { base_url: server.address, lane: 'local', model: 'near' } }, '[budget]\ndaily_usd = 1.0');
  equal((await run(['ask', '--json', '--config', both, 'hi'], { env, cwd: root })).json.model, 'box');
});

test('budgets of a model, a lane, a project', async () => {
  const env = state();
  await fresh({ '*': usage({ cost: 0.45 }) });
  const models = { one: block({ model: 'a' }), two: block({ model: 'b' }), box: { base_url: server.address, lane: 'local', model: 'near', price } };
  const ask = async (budget, ...args) => run(['ask', '--json', '--config', config(models, budget), ...args, 'hi'], { env, cwd: root });
  equal((await ask('')).json.model, 'one');
  equal((await ask('[budget.models.one]\ndaily_usd = 0.4')).json.model, 'two');
  equal((await ask('[budget.lanes.cloud]\nmonthly_usd = 0.8')).json.model, 'box');
  const project = `[budget.projects."${root}"]\ndaily_usd = 0.4`;
  equal((await ask(project)).json.model, 'box');
  equal((await ask(project, '--root', scratch)).json.model, 'one', 'another project');
  const local = await ask('[budget.lanes.local]\ndaily_usd = 0.1', '--mode', 'local');
  equal([local.code, local.json.error?.kind], [5, 'policy']);
  match(local.json.error.message, /on the local lane/);
  equal((await run(['config', 'check', '--config', config(models, '[budget.models.noe]\ndaily_usd = 1')])).code, 0, 'a warning');
  equal((await run(['config', 'check', '--config', config(models, '[budget.lanes.both]\ndaily_usd = 1')])).code, 3);
  equal((await run(['config', 'check', '--config', config(models, '[budget.projects.here]\ndaily_usd = 1')])).code, 3);
  equal((await run(['config', 'check', '--config', config({ one: block({ price: '!{ input = 1, currency = "CNY" }' }) })])).code, 3);
});

test('prices in another currency', async () => {
  const env = state();
  await fresh();
  const file = config({ one: block({ price: '!{ input = 2, output = 8, currency = "CNY", rate = 0.125 }' }) });
  equal((await run(['ask', '--json', '--config', file, 'hi'], { env, cwd: root })).json.usd, 0.00035);
});

test('a ledger that cannot be written stops nothing; one warning', async () => {
  const blocked = path.join(scratch, 'cost-blocked');
  fs.writeFileSync(blocked, '');
  await fresh();
  const r = await run(['ask', '--config', config({ one: block() }), 'hi'], { env: { XDG_STATE_HOME: blocked }, cwd: root });
  equal([r.code, r.out], [0, 'ok']);
  equal(r.err.split('\n').filter((line) => line.includes('ledger')).length, 1);
});
