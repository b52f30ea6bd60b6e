#include "privacy/prompt.h"

#include "privacy/address.h"

namespace coder::privacy {
namespace {

/// The first local_only part; nullptr when there is none (the calls of a model may still be).
const Part* first_private(const Prompt& prompt) {
  for (const Turn& turn : prompt.turns) {
    for (const Part& part : turn.parts) {
      if (part.label == Label::local_only) return &part;
    }
  }
  return nullptr;
}

/// What to do about a refusal: trust the machine, if that is just not written down; else ask another.
std::string advice(const Destination& destination) {
  if (destination.trust_unwritten) {
    const Result<Address> address = parse_address(destination.address);
    if (address && default_lane(*address) == Lane::local) {
      return "write lane = \"local\" in [models." + destination.name +
             "] if that machine is yours, or use --mode local";
    }
  }
  return "ask a trusted model instead: --mode local, or --model NAME of one with lane = \"local\" written "
         "in its block";
}

}  // namespace

const char* to_string(Label label) { return label == Label::local_only ? "local_only" : "any"; }

const char* to_string(Role role) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::user:
      return "user";
    case Role::assistant:
      return "assistant";
    case Role::tool:
      return "tool";
    case Role::extra:
      return "extra";
    case Role::prefix:
      return "prefix";
    case Role::suffix:
      return "suffix";
    case Role::middle:
      return "middle";
  }
  return "user";
}

Label Prompt::label() const {
  Label all = Label::any;
  for (const Turn& turn : turns) {
    if (!turn.tool_calls.empty()) all = join(all, turn.call_label);
    for (const Part& part : turn.parts) all = join(all, part.label);
  }
  return all;
}

std::string Prompt::private_origin() const {
  if (const Part* part = first_private(*this))
    return part->origin.empty() ? "part of the prompt" : part->origin;
  return label() == Label::local_only ? "a tool call" : "";
}

std::vector<Piece> Prompt::pieces() const {
  std::vector<Piece> out;
  for (const Turn& turn : turns) {
    for (const Part& part : turn.parts) {
      out.insert(out.end(), part.pieces.begin(), part.pieces.end());
      if (part.pieces.empty() && !part.text.empty())
        out.push_back({part.origin, 0, 0, part.label, part.text});
    }
    for (const ToolCall& call : turn.tool_calls) {
      out.push_back({"call of " + call.name, 0, 0, turn.call_label, call.arguments});
    }
  }
  return out;
}

Result<Cleared> clear(const Prompt& prompt, const Destination& destination) {
  const Label label = prompt.label();
  if (label == Label::local_only && !destination.trusted) {
    const Part* part = first_private(prompt);
    const std::string rule = part && !part->rule.empty() ? " (rule " + part->rule + ")" : "";
    return Error{ErrorKind::policy,
                 prompt.private_origin() + " is local_only" + rule + " and lane " + destination.name +
                     " at " + destination.address + " is not trusted",
                 advice(destination)};
  }
  Cleared cleared;
  cleared.destination_ = destination;
  cleared.label_ = label;
  for (const Turn& turn : prompt.turns) {
    Message message{turn.role, "", turn.tool_calls, turn.tool_call_id, turn.name};
    for (const Part& part : turn.parts) message.text += part.text;
    cleared.messages_.push_back(std::move(message));
  }
  return cleared;
}

}  // namespace coder::privacy
