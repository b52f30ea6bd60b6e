#include "task/tool_history.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "codec/json.h"
#include "task/tool_text.h"
#include "task/tools.h"

namespace coder::task {
namespace {

using config::ToolForm;
using privacy::Part;
using privacy::Role;
using privacy::Turn;

constexpr const char* kNoRoom = "(left out here to make room; call again if it is needed)\n";
constexpr const char* kLast =
    "\nThat was the last call. Answer now, with what you know; say what you could not find out.\n";

Part part_of(const ToolHistory::Answered& one, bool kept, std::string text) {
  Part part{std::move(text),
            kept ? one.result.label : privacy::Label::any,
            "what " + one_line(one.call.name, 60) + " gave",
            kept ? one.result.rule : "",
            {}};
  if (kept) part.pieces = one.result.pieces;
  return part;
}

Turn turn_of(Role role, Part part) {
  Turn turn;
  turn.role = role;
  turn.parts.push_back(std::move(part));
  return turn;
}

/// As servers want it back: some fail at arguments that are no JSON, and at names that are none.
privacy::ToolCall sound(privacy::ToolCall call) {
  const Result<codec::Value> parsed = codec::parse_json(call.arguments, {1u << 20, 32});
  if (!parsed || !parsed->as_map()) call.arguments = "{}";
  const bool fits = std::all_of(call.name.begin(), call.name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (call.name.empty() || call.name.size() > 64 || !fits) call.name = "unknown";
  return call;
}

}  // namespace

ToolHistory::Round& ToolHistory::add(std::string text, privacy::Label label) {
  rounds_.push_back({std::move(text), label, {}});
  return rounds_.back();
}

bool ToolHistory::repeated(const privacy::ToolCall& call) {
  const Result<codec::Value> parsed = codec::parse_json(call.arguments, {kMaxArguments, 16});
  return !made_.insert(call.name + "\n" + (parsed ? codec::dump_json(*parsed) : call.arguments)).second;
}

size_t ToolHistory::bytes() const {
  size_t sum = 0;
  for (const Round& round : rounds_) {
    for (const Answered& one : round.answered) sum += one.result.text.size();
  }
  return sum;
}

privacy::Label ToolHistory::label() const {
  privacy::Label out = privacy::Label::any;
  for (const Round& round : rounds_) {
    out = privacy::join(out, round.label);
    for (const Answered& one : round.answered) out = privacy::join(out, one.result.label);
  }
  return out;
}

std::string ToolHistory::origin() const {
  for (const Round& round : rounds_) {
    for (const Answered& one : round.answered) {
      if (one.result.label == privacy::Label::local_only)
        return "what " + one.call.name + " gave" +
               (one.result.rule.empty() ? "" : " (rule " + one.result.rule + ")");
    }
  }
  return "";
}

privacy::Prompt ToolHistory::with(privacy::Prompt prompt, ToolForm form, size_t max_bytes, bool last) const {
  if (form == ToolForm::none && rounds_.empty()) return prompt;
  const bool calls = form == ToolForm::calls;
  if (prompt.turns.empty() || prompt.turns.front().role != Role::system)
    prompt.turns.insert(prompt.turns.begin(), turn_of(Role::system, Part{}));
  std::vector<Part>& head = prompt.turns.front().parts;
  head.insert(head.begin(), {tool_rules(form == ToolForm::text), privacy::Label::any, "", "", {}});
  head.front().text += "\n";

  size_t first_kept = 0, held = 0;  // counted in results, over all rounds
  {
    std::vector<size_t> sizes;
    for (const Round& round : rounds_)
      for (const Answered& one : round.answered) sizes.push_back(one.result.text.size());
    for (first_kept = sizes.size(); first_kept > 0 && held + sizes[first_kept - 1] <= max_bytes; --first_kept)
      held += sizes[first_kept - 1];
  }
  size_t index = 0;
  for (const Round& round : rounds_) {
    const bool newest = &round == &rounds_.back();
    Turn said = turn_of(Role::assistant, {round.text, round.label, "the answer so far", "", {}});
    Turn heard = turn_of(Role::user, Part{});
    heard.parts.clear();
    std::vector<Turn> results;
    for (const Answered& one : round.answered) {
      const bool kept = index++ >= first_kept;
      std::string text = kept ? one.result.text : kNoRoom;
      const bool final = last && newest && &one == &round.answered.back();
      if (calls) {
        said.tool_calls.push_back(sound(one.call));
        results.push_back(turn_of(Role::tool, part_of(one, kept, text + (final ? kLast : ""))));
        results.back().tool_call_id = one.call.id;
      } else {
        said.parts.front().text += (said.parts.front().text.empty() ? "" : "\n\n") + tool_block(one.call);
        heard.parts.push_back(part_of(one, kept, tool_answer(one.call, text) + (final ? kLast : "")));
      }
    }
    said.call_label = round.label;
    prompt.turns.push_back(std::move(said));
    if (!calls) results.push_back(std::move(heard));
    for (Turn& turn : results) prompt.turns.push_back(std::move(turn));
  }
  return prompt;
}

}  // namespace coder::task
