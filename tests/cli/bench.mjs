// coder-nvim bench lanes: against a mock whose timing is known. How exactly it was measured is printed, not judged.
import { config, equal, match, run, startMock, test } from './harness.mjs';

const within = (got, low, high, what) => {
  if (!(got >= low && got <= high)) throw new Error(`${what}: got ${got}, want ${low} to ${high}`);
};
const off = (got, truth) => `${((got / truth - 1) * 100).toFixed(1)} %`;

test('bench lanes: a table, Markdown, JSON, and advice', async () => {
  const mock = await startMock();
  await mock.scenarios({
    '*': { count: 60, rate: 200, first_ms: 60, window: 9000 },
    cloud: { count: 60, rate: 400, first_ms: 20, window: 50000 },
  });
  const file = config({
    mine: { base_url: mock.address, context: 20000 },
    relay: { base_url: mock.address, model: 'cloud', lane: 'cloud', price: '!{ input = 1.0, output = 4.0 }' },
  });
  const got = await run(['bench', 'lanes', '--requests', '6', '--tokens', '40', '--json', '--config', file]);
  equal(got.code, 0, got.err);
  const [mine, relay] = got.json.lanes;
  equal([mine.name, mine.lane, mine.complete, mine.error, relay.name, relay.lane], ['mine', 'local', true, null, 'relay', 'cloud']);
  equal([mine.short_requests, relay.short_requests, relay.requests], [6, 6, 16]);
  // The first token never comes sooner than the truth. How exact the rest is depends on what else this machine
  // does: a first token that is late makes the others look fast.
  within(mine.ttft_p50_ms, 59, 2000, 'first token');
  within(mine.tok_s, 20, 1000, 'tok/s');
  within(mine.tok_s_of_two, 20, 1000, 'tok/s of two');
  within(mine.context, 8600, 9000, 'context');
  match(mine.context_note, /^\d+ tokens: /);
  equal([mine.usd, relay.context], [0, null]);
  match(relay.context_note, /--yes/);
  within(relay.usd, 0.0001, 0.01, 'spent');
  match(got.json.advice.join('\n'), /Ghost text and short questions: relay/);
  match(got.err, /relay: at most 16 requests/);
  console.log(`      first token ${off(mine.ttft_p50_ms, 60)}, tok/s ${off(mine.tok_s, 200)}, of two ${off(mine.tok_s_of_two, 200)} from the truth`);

  const table = await run(['bench', 'lanes', 'mine', '--requests', '1', '--tokens', '16', '--max-context', '4000', '--config', file]);
  match(table.out, /^lane +cold +warm p50 +warm p95 +tok\/s/);
  match(table.out, /\nmine {2}local /);
  match(table.out, /no longer prompt was tried/);
  const markdown = await run(['bench', 'lanes', 'mine', '--requests', '1', '--tokens', '16', '--max-context', '4000', '--markdown', '--config', file]);
  match(markdown.out, /^\| lane \|.*\n\|---\|.*\n\| mine \| local \|/);
});

test('bench lanes: a server that cuts long prompts without a word, and one that does not count', async () => {
  const mock = await startMock();
  await mock.scenarios({ '*': { count: 4, window: 6000, cut: true }, plain: { content: 'ready' } });
  const file = config({ cuts: { base_url: mock.address }, plain: { base_url: mock.address, model: 'plain' } });
  const got = await run(['bench', 'lanes', '--requests', '1', '--tokens', '16', '--max-context', '16000', '--json', '--config', file]);
  const [cuts, plain] = got.json.lanes;
  within(cuts.context, 5500, 6700, 'context');
  match(cuts.context_note, /cut the prompt without a word/);
  match(plain.context_note, /by estimate/);
});

test('bench lanes: what is down, what costs too much, what is not there', async () => {
  const mock = await startMock();
  await mock.scenarios({ '*': { count: 20, window: 5000 } });
  const dead = { base_url: 'http://127.0.0.1:9/v1' };
  const one = await run(['bench', 'lanes', '--json', '--config', config({ dead, mine: { base_url: mock.address, context: 4000 } }), '--requests', '1']);
  equal([one.code, one.json.lanes[0].error.kind, one.json.lanes[1].error], [0, 'provider', null]);
  match(one.json.advice.join('\n'), /dead did not answer/);
  equal((await run(['bench', 'lanes', '--json', '--config', config({ dead })])).code, 7);

  await mock.forget();
  const dear = { base_url: mock.address, lane: 'cloud', price: '!{ input = 1000.0, output = 1000.0 }' };
  const capped = await run(['bench', 'lanes', '--json', '--max-usd', '0.2', '--requests', '20', '--config', config({ dear })]);
  match(capped.json.lanes[0].error.message, /cost cap/);
  within(capped.json.lanes[0].usd, 0.01, 0.2, 'spent');
  equal((await mock.requests()).filter((r) => r.method === 'POST').length, capped.json.lanes[0].requests);

  equal((await run(['bench'])).code, 2);
  equal((await run(['bench', 'lanes', '--config', config({})])).code, 3);
  equal((await run(['bench', 'lanes', 'nobody', '--config', config({ dead })])).code, 3);
  match((await run(['bench', 'lanes', '--max-usd', 'x'])).err, /--max-usd/);
});

test('bench lanes: interrupted, it says what it knows', async () => {
  const mock = await startMock();
  await mock.scenarios({ '*': [{ count: 8, rate: 200 }, { count: 8, rate: 200 }, { hold: true }] });
  const file = config({ mine: { base_url: mock.address }, later: { base_url: mock.address } });
  const got = await run(['bench', 'lanes', '--json', '--config', file], {
    begun: (child) => {
      const waits = setInterval(async () => {
        if ((await mock.requests()).length < 3) return;
        clearInterval(waits);
        child.kill('SIGINT');
      }, 20);
    },
  });
  equal([got.code, got.json.error.kind, got.json.lanes.length], [130, 'interrupted', 1]);
  equal([got.json.lanes[0].complete, got.json.lanes[0].short_requests], [false, 1]);
});
