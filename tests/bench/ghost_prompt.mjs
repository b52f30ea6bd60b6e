// Reads completion requests of any dialect, for the benchmarks of ghost text.

/// The form of answers at `path`, or undefined if it is no completion.
export const shape = (path) =>
  /chat\/completions$/.test(path) ? 'chat' : /\/v1\/completions$|\/beta\/completions$/.test(path) ? 'text' : /\/(infill|completions?)$/.test(path) ? 'llama' : undefined;

// Token ids (and, in text, their names) that open the prefix, the suffix and the middle of a Qwen model's prompt.
const opens = { 151659: 'prefix', 151661: 'suffix', 151660: 'middle', 151663: 'head', 151664: 'head' };
const names = { '<|fim_prefix|>': 'prefix', '<|fim_suffix|>': 'suffix', '<|fim_middle|>': 'middle', '<|repo_name|>': 'head', '<|file_sep|>': 'head' };

/// The texts of a request, `head` being whatever comes before them.
export function parts(body) {
  const out = { head: '', prefix: '', suffix: '', middle: '' };
  let at = 'head';
  const text = (value) => {
    for (const bit of value.split(/(<\|(?:fim_prefix|fim_suffix|fim_middle|repo_name|file_sep)\|>)/)) {
      if (names[bit]) at = names[bit];
      else out[at] += bit;
    }
  };
  if (body.input_prefix !== undefined || body.input_suffix !== undefined) {
    out.head = (body.input_extra ?? []).map((extra) => extra.text).join('');
    return { ...out, prefix: body.input_prefix ?? '', suffix: body.input_suffix ?? '', middle: body.prompt ?? '' };
  }
  if (Array.isArray(body.prompt)) {
    for (const bit of body.prompt) {
      if (typeof bit === 'string') text(bit);
      else at = opens[bit] ?? at;
    }
    return out;
  }
  if (typeof body.suffix === 'string') return { ...out, prefix: body.prompt ?? '', suffix: body.suffix };
  text(body.prompt ?? (body.messages ?? []).map((message) => message.content).join('\n'));
  return out.prefix || out.middle ? out : { ...out, prefix: out.head };
}

/// The text before the cursor, as far as the request has it.
export const before = (body) => {
  const { prefix, middle } = parts(body);
  return prefix + middle;
};
