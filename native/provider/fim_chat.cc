#include "provider/fim_chat.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace coder::provider {
namespace {

constexpr const char* kRules =
    "You complete text in an editor. The user gives the text after the cursor, then the text before it. "
    "Answer with exactly the text to insert at the cursor, so that before, answer and after together are "
    "the finished text. Give nothing else: no explanation, no Markdown fence, no quotes, no repetition of "
    "what stands before or after the cursor. Begin in the middle of a line or word where the text before "
    "the cursor ends there. Keep the indentation. Prefer a short answer; if nothing belongs there, answer "
    "with nothing.";

/// How answers begin that announce the code instead of giving it.
constexpr std::string_view kAnnouncements[] = {"sure",
                                               "certainly",
                                               "of course",
                                               "absolutely",
                                               "okay",
                                               "here is",
                                               "here's",
                                               "here’s",
                                               "here are",
                                               "below is",
                                               "i'll ",
                                               "i will ",
                                               "the code to insert",
                                               "the completed",
                                               "the completion"};
/// What such a line speaks of, where no fence follows it.
constexpr std::string_view kSubjects[] = {"code", "complet", "insert", "snippet", "implementation"};
/// A longer line is no fence.
constexpr size_t kMaxFenceLine = 200;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

size_t run_at(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size() && text[end] == text[at]) ++end;
  return end - at;
}

enum class Match { no, maybe, yes };

Match announces(std::string_view text) {
  Match best = Match::no;
  for (const std::string_view phrase : kAnnouncements) {
    if (text.size() < phrase.size()) {
      if (starts_with_ignoring_case(phrase, text)) best = Match::maybe;
    } else if (starts_with_ignoring_case(text, phrase)) {
      // Not an identifier or a key that begins like it.
      if (text.size() == phrase.size() && phrase.back() != ' ') {
        best = Match::maybe;
      } else if (phrase.back() == ' ' ||
                 std::string_view(" ,!.:").find(text[phrase.size()]) != std::string_view::npos) {
        return Match::yes;
      }
    }
  }
  return best;
}

/// Where in `text` a line opens a fence; npos: none does.
size_t find_fence_line(std::string_view text) {
  for (size_t line = 0; line != std::string_view::npos && line < text.size();) {
    const size_t at = skip_blanks(text, line);
    if (text.substr(at).starts_with("```") || text.substr(at).starts_with("~~~")) return at;
    const size_t next = text.find('\n', line);
    line = next == std::string_view::npos ? next : next + 1;
  }
  return std::string_view::npos;
}

bool speaks_of_code(std::string_view line) {
  const std::string lower = lower_ascii(trim(line));
  return lower.ends_with(':') && std::any_of(std::begin(kSubjects), std::end(kSubjects), [&](auto word) {
           return lower.find(word) != std::string::npos;
         });
}

}  // namespace

std::vector<privacy::Message> fim_chat_messages(const FimTexts& texts) {
  std::string words;
  for (const FimTexts::Extra& extra : texts.extras) {
    words += "For background, from ";
    words += extra.name;
    words += ":\n";
    words += extra.text;
    words += extra.text.ends_with('\n') ? "\n" : "\n\n";
  }
  if (!texts.name.empty()) {
    words += "The file is ";
    words += texts.name;
    words += ".\n";
  }
  words += "The text after the cursor:\n";
  words += texts.suffix;
  words += "\n\nThe text before the cursor is all that follows, to the last character of this message:\n";
  words += texts.prefix;
  words += texts.middle;
  std::vector<privacy::Message> out;
  out.push_back({privacy::Role::system, kRules, {}, "", ""});
  out.push_back({privacy::Role::user, neutralise(words), {}, "", ""});
  return out;
}

std::string FimChatReply::take(std::string_view piece) {
  if (state_ == State::over) return {};
  held_ += piece;
  return advance(false);
}

std::string FimChatReply::finish() { return state_ == State::over ? std::string() : advance(true); }

std::string FimChatReply::advance(bool at_end) {
  std::string out;
  if (state_ == State::opening && !open(at_end, out)) return out;
  if (state_ != State::over) take_lines(at_end, out);
  if (state_ == State::over) held_.clear();
  return out;
}

/// Leaves the state `opening` if what came so far tells how; false: it does not yet.
bool FimChatReply::open(bool at_end, std::string& out) {
  size_t start = 0;
  while (start < held_.size() && (is_blank(held_[start]) || held_[start] == '\n')) ++start;
  const std::string_view text = std::string_view(held_).substr(start);
  if (text.empty() && !at_end) return false;
  if (!text.empty() && (text[0] == '`' || text[0] == '~')) return open_fence(start, at_end, out);

  const Match match = announces(text);
  if (match == Match::maybe && !at_end) return false;
  if (match == Match::yes) {
    const size_t fence = find_fence_line(text.substr(0, kMaxAnnouncement));
    if (fence != std::string_view::npos) return open_fence(start + fence, at_end, out);
    if (!at_end && text.size() < kMaxAnnouncement) return false;
    const size_t line = text.find('\n');
    if (line != std::string_view::npos && speaks_of_code(text.substr(0, line))) {
      size_t code = start + line + 1;
      while (held_.find('\n', code) != std::string::npos && held_[skip_blanks(held_, code)] == '\n') {
        code = held_.find('\n', code) + 1;  // blank lines
      }
      held_.erase(0, code);
    }
  }
  state_ = State::plain;
  at_line_ = true;
  return true;
}

/// A run of backticks or tildes stands at `at`; what is before it goes if it is a fence.
bool FimChatReply::open_fence(size_t at, bool at_end, std::string& out) {
  const size_t run = run_at(held_, at);
  const size_t line = held_.find('\n', at);
  const bool open_ended = line == std::string::npos;
  if (open_ended && !at_end && held_.size() - at < kMaxFenceLine) return false;
  const std::string fence(std::min<size_t>(run, 3), held_[at]);
  const size_t closing = held_.find(fence, at + run);
  if (run >= 3 && closing != std::string::npos && (open_ended || closing < line)) {
    out += held_.substr(at + run, closing - at - run);
    state_ = State::over;
    return true;
  }
  if (run < 3 || (open_ended && !at_end)) {
    state_ = State::plain;
  } else {
    fence_ = run;
    fence_char_ = held_[at];
    held_.erase(0, open_ended ? held_.size() : line + 1);
    state_ = State::fenced;
  }
  at_line_ = true;
  return true;
}

void FimChatReply::take_lines(bool at_end, std::string& out) {
  while (!held_.empty() && state_ != State::over) {
    if (at_line_) {
      if (!take_line_start(at_end, out)) return;
      continue;
    }
    const size_t end = std::min(held_.find('\n'), held_.size());
    out.append(held_, 0, end);
    held_.erase(0, end);
    at_line_ = true;  // its line end stays held: before a closing fence it goes too
  }
}

/// Looks at the beginning of a line; false: more must come first.
bool FimChatReply::take_line_start(bool at_end, std::string& out) {
  const size_t begin = held_.front() == '\n' ? 1 : 0;
  const size_t at = skip_blanks(held_, begin);
  const auto give = [&](size_t count) {
    out.append(held_, 0, count);
    held_.erase(0, count);
    at_line_ = false;
    return true;
  };
  if (at == held_.size()) return at_end ? give(at) : false;
  const bool may_fence = state_ == State::fenced ? held_[at] == fence_char_ : held_[at] == '`';
  if (!may_fence) return give(at);
  const size_t run = run_at(held_, at);
  const size_t line = std::min(held_.find('\n', at), held_.size());
  if (line == held_.size() && !at_end && line - at < kMaxFenceLine) return false;
  if (run < fence_) return give(at + run);
  const std::string_view rest = trim(std::string_view(held_).substr(at + run, line - at - run));
  if (!rest.empty()) {
    // A fence with a language inside the text, or inline code.
    if (rest.find(held_[at]) == std::string_view::npos) ++nested_;
    return give(line);
  }
  if (nested_ > 0) {
    --nested_;
    return give(line);
  }
  state_ = State::over;
  return true;
}

}  // namespace coder::provider
