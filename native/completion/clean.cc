// The text is taken line by line, from the cursor on, until something ends it. Its first line is shown as it
// grows. A later line is shown when it is whole: half of it would have to be taken back when the request runs
// into its limit there, or when the line turns out to repeat the one below the cursor. So each judgement on a
// later line is made once, on the whole line, and what is shown never shrinks.
#include "completion/clean.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "completion/clean_brackets.h"
#include "completion/clean_lines.h"
#include "completion/clean_readable.h"
#include "completion/clean_start.h"

namespace coder::completion {
namespace {

using std::string_view;

constexpr size_t kNone = string_view::npos;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

// The rest of the cursor's line, and what it does to the text before it.
struct Rest {
  string_view text;          // without blanks at either end
  bool after_blank = false;  // blanks come first
  bool matters = false;      // more than closers and separators: the completion is one line
  char quote = 0;            // of the string the cursor is in
  bool closes_string = false;
  bool is_long = false;  // long enough to be known for itself wherever it comes
  bool closes = false;   // closes brackets opened before it
  size_t spare = 0;      // brackets that are open before the cursor and that `text` leaves open
};

// More of the rest than this is not compared with.
constexpr size_t kLongestRest = 256;

Rest rest_of_line(string_view before, string_view after) {
  Rest rest;
  const string_view whole = after.substr(0, after.find('\n'));
  rest.text = trim_right(trim_left(whole));
  Brackets line;
  line.feed(before.substr(before.rfind('\n') + 1));
  rest.quote = line.quote();
  if (rest.text.empty()) return rest;
  rest.after_blank = rest.text.data() != whole.data();
  rest.matters =
      rest.text.find_first_not_of(")]}>\"'`,;: \t") != kNone && rest.text != "*/" && rest.text != "-->";

  rest.is_long = rest.text.size() >= 6 && std::count_if(rest.text.begin(), rest.text.end(), is_word) >= 4;
  rest.text = clip_utf8(rest.text, kLongestRest);
  Brackets behind(line.quote());
  size_t closers = 0;
  for (const char c : rest.text) {
    const Brackets::Event event = behind.feed(c);
    if (event == Brackets::Event::quote) rest.closes_string = true;
    if (event == Brackets::Event::closer) ++closers;
  }
  rest.closes = closers > 0;
  rest.spare = line.open() > closers ? line.open() - closers : 0;
  return rest;
}

// Length of the longest end of `text` that is a beginning of `start`, with no bracket open before it.
size_t overlap(string_view text, string_view start) {
  size_t size = std::min(text.size(), start.size());
  for (; size > 0; --size) {
    if (text.back() != start[size - 1]) continue;
    if (text.substr(text.size() - size) != start.substr(0, size)) continue;
    Brackets brackets;
    brackets.feed(text.substr(0, text.size() - size));
    if (brackets.open() == 0) break;
  }
  return size;
}

class Cleaner {
 public:
  Cleaner(const CleanInput& input, string_view before, string_view text, bool open, bool half_line)
      : input_(input),
        before_(before),
        text_(text),
        open_(open),
        half_line_(half_line),
        rest_(rest_of_line(input.before, input.after)),
        below_(lines_below(input.after)),
        echo_(below_) {}

  // Shows text_ from `start`; the user typed as far as `typed`.
  void run(size_t start, size_t typed);

  size_t shown() const { return shown_; }
  bool stop() const { return stop_; }

 private:
  struct Line {
    size_t at, end;  // in text_
    bool whole;      // nothing will be added to it
    bool last;       // and nothing after it
    bool by_closer;  // ends before a bracket or quote that `rest_` has
    size_t seen;     // as far as it is seen while it grows, when its end is not known
  };
  Line next_line(size_t at);
  void end_at_rest(Line& line);
  bool take(const Line& line);
  void show_growing(const Line& line, string_view whole_line);

  const CleanInput& input_;
  string_view before_, text_;
  bool open_, half_line_;
  Rest rest_;
  std::vector<string_view> below_;
  Echo echo_;
  Repeats repeats_;
  Brackets brackets_;
  size_t start_ = 0, cursor_ = 0, shown_ = 0, unmatched_ = 0, block_indent_ = 0;
  size_t open_before_line_ = 0;
  bool stop_ = false, after_blank_ = false;
  std::vector<size_t> ends_;   // of the lines taken that are not blank
  size_t maybe_echo_ = kNone;  // index of the first line that may be a repeat of what is below
};

Cleaner::Line Cleaner::next_line(size_t at) {
  const size_t line_break = text_.find('\n', at);
  Line line{at, line_break == kNone ? text_.size() : line_break, line_break != kNone || !open_, false, false,
            0};
  line.last = line_break == kNone && !open_;
  open_before_line_ = brackets_.open();
  const size_t from = std::max(at, cursor_);
  for (size_t i = from, fed = 0; i < line.end; i += fed) {
    const Brackets::Event event = brackets_.feed(text_.substr(i, line.end - i), fed);
    const bool ends = (event == Brackets::Event::quote && rest_.closes_string) ||
                      (event == Brackets::Event::closer && rest_.closes && ++unmatched_ > rest_.spare);
    if (!ends) continue;
    const size_t closer = i + fed;
    line.end = closer - std::max<size_t>(1, overlap(text_.substr(from, closer - from), rest_.text));
    line.whole = line.last = line.by_closer = true;
    line.seen = line.end;
    return line;
  }
  if (line_break != kNone && at + 1 <= text_.size()) brackets_.feed('\n');
  line.seen = line.end;
  if (!rest_.text.empty()) end_at_rest(line);
  return line;
}

// A line that runs into the rest of the cursor's line ends there.
void Cleaner::end_at_rest(Line& line) {
  const size_t from = std::max(line.at, cursor_);
  if (from > line.end) return;
  const bool at_cursor = line.at <= cursor_;
  const string_view text = text_.substr(from, line.end - from);
  if (at_cursor && rest_.is_long) {
    const size_t found = text.find(rest_.text);
    Brackets brackets;
    if (found != kNone) brackets.feed(text.substr(0, found));
    if (found != kNone && brackets.open() == 0) {
      line.seen = line.end = from + found;
      line.whole = line.last = true;
      return;
    }
  }
  if (!line.whole || line.by_closer || brackets_.open() > 0) return;
  const string_view solid = trim_right(text);
  if (at_cursor || !rest_.matters) {
    const size_t size = overlap(solid, rest_.text);
    const bool all = size == rest_.text.size() && !rest_.closes;
    const bool much = at_cursor && size >= 4 && size < solid.size() &&
                      !(is_word(solid[solid.size() - size]) && is_word(solid[solid.size() - size - 1]));
    if (all || much) {
      line.end = from + solid.size() - size;
      line.last = true;
      return;
    }
  }
  // A line break where the rest only separates: the statement is over.
  if (!rest_.matters && !rest_.closes && !rest_.closes_string && !solid.empty()) line.last = true;
}

void Cleaner::run(size_t start, size_t typed) {
  start_ = shown_ = start;
  cursor_ = std::max(start, typed);
  brackets_ = Brackets(rest_.quote);
  for (size_t at = start; at <= text_.size();) {
    const Line line = next_line(at);
    const string_view text = text_.substr(line.at, line.end - line.at);
    if (!is_blank(text)) {
      if (!take(line)) return;
    } else {
      // A closer on a line of its own stays on one.
      if (line.by_closer && !ends_.empty() && maybe_echo_ == kNone && shown_ == ends_.back())
        shown_ = line.end;
      after_blank_ = after_blank_ || line.at != start || is_blank(before_.substr(before_.rfind('\n') + 1));
    }
    const size_t line_break = text_.find('\n', line.end);
    const bool one_line = rest_.matters && line_break != kNone && line_break >= cursor_;
    if (line.last || one_line) {
      stop_ = open_ || line.by_closer || line_break != kNone;
      break;
    }
    if (line_break == kNone) break;
    at = line_break + 1;
  }
}

// False: it ends the text, or is not shown yet.
bool Cleaner::take(const Line& line) {
  const size_t index = ends_.size();
  if (input_.max_lines > 0 && index >= input_.max_lines) {
    stop_ = true;
    return false;
  }
  const bool at_start = line.at == start_;
  const string_view head = before_.substr(before_.rfind('\n') + 1);
  const string_view text = text_.substr(line.at, line.end - line.at);
  std::string joined;
  if (at_start) joined.append(head).append(text);
  const string_view whole_line = trim_right(at_start ? string_view(joined) : text);
  if (index > 0 && (!line.whole || (half_line_ && line.end == text_.size()))) return false;
  if (!line.whole) {
    show_growing(line, whole_line);
    return false;
  }

  const size_t indent = indent_of(whole_line);
  if (index == 0) {
    block_indent_ = indent;
  } else if (index == 1 && ends_[0] >= start_ && !is_blank(head) && indent > block_indent_) {
    block_indent_ = indent;  // the cursor's line is the head of a block
  } else if (leaves_block(whole_line, block_indent_, below_, after_blank_)) {
    stop_ = true;
    return false;
  }
  after_blank_ = false;

  const string_view solid = trim_left(whole_line);
  const bool own_closer = is_closing_bracket(solid[0]) && open_before_line_ > 0;
  const Echo::Verdict verdict = echo_.feed(whole_line, own_closer);
  if (verdict == Echo::Verdict::repeat) {
    stop_ = true;
    return false;
  }
  const bool keeps_blanks = rest_.matters && !rest_.after_blank && (line.last || index == 0);
  const size_t cut = at_start ? endless_phrase(text_.substr(line.at, line.seen - line.at)) : kNone;
  size_t end = line.at + (keeps_blanks ? text.size() : trim_right(text).size());
  if (cut != kNone) end = line.at + cut;
  ends_.push_back(end);
  if (verdict == Echo::Verdict::fresh) maybe_echo_ = kNone;
  const bool perhaps = verdict == Echo::Verdict::perhaps || verdict == Echo::Verdict::perhaps_own;
  if (perhaps && maybe_echo_ == kNone) maybe_echo_ = index;

  // The first line stands joined in a buffer that does not outlive this call; for repeats the text will do.
  const size_t repeated = repeats_.feed(trim_right(text));
  const bool ended = !open_ && is_blank(text_.substr(line.end));
  size_t lines = index + 1;
  if (repeats_.third() || (repeated > 0 && !ended)) lines -= repeated;
  if (!(ended && verdict == Echo::Verdict::perhaps_own)) lines = std::min(lines, maybe_echo_);
  if (rest_.matters && is_blank(head) && !line.last) lines = 0;  // it would join the code to the right
  shown_ = lines == 0 ? start_ : ends_[lines - 1];
  if (repeats_.third() || cut != kNone) {
    stop_ = true;
    return false;
  }
  if (input_.max_lines > 0 && ends_.size() >= input_.max_lines && !ended && maybe_echo_ == kNone)
    stop_ = true;
  return !stop_;
}

void Cleaner::show_growing(const Line& line, string_view whole_line) {
  const string_view head = before_.substr(before_.rfind('\n') + 1);
  if (rest_.matters && is_blank(head)) return;
  if (echo_.may_become(whole_line)) return;
  const size_t from = std::max(line.at, cursor_);
  const size_t cut = endless_phrase(text_.substr(line.at, line.end - line.at));
  if (cut != kNone) {
    shown_ = line.at + cut;
    stop_ = true;
    return;
  }
  string_view text = trim_right(text_.substr(line.at, line.end - line.at));
  if (!rest_.text.empty() && line.at + text.size() > from) {
    text.remove_suffix(overlap(text.substr(from - line.at), rest_.text));
  }
  shown_ = std::max(start_, line.at + trim_right(text).size());
}

}  // namespace

Cleaned clean(const CleanInput& input) {
  Cleaned cleaned;
  const Readable readable_text = readable(input.raw, input.before, input.after, input.complete);
  const string_view text = readable_text.text;
  const bool open = !input.complete && !readable_text.ended;
  cleaned.stop = readable_text.ended;

  size_t typed = std::min({input.typed, input.before.size(), text.size()});
  if (input.before.substr(input.before.size() - typed) != text.substr(0, typed)) typed = 0;
  const string_view before = input.before.substr(0, input.before.size() - typed);
  const std::optional<size_t> start = find_start(text, before, open);
  if (!start) return cleaned;

  Cleaner cleaner(input, before, text, open, input.complete && input.cut_short && !readable_text.ended);
  cleaner.run(*start, typed);
  cleaned.stop = cleaned.stop || cleaner.stop();
  const auto& left_out = readable_text.left_out;
  cleaned.from = *start + static_cast<size_t>(std::upper_bound(left_out.begin(), left_out.end(), *start) -
                                              left_out.begin());
  const size_t from = std::max(*start, typed);
  if (cleaner.shown() > from && !is_blank(text.substr(from, cleaner.shown() - from))) {
    cleaned.text = text.substr(from, cleaner.shown() - from);
  }
  return cleaned;
}

}  // namespace coder::completion
