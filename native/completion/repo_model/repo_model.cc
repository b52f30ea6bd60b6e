#include "completion/repo_model/repo_model.h"

#include <algorithm>

#include "completion/repo_model/state.h"

namespace coder::completion {
inline namespace repo_model {
namespace {

/// Tokens of session files: a query follows their chains one by one, which at this bound costs as much as the
/// base.
constexpr size_t kMostSessionTokens = 60'000;
/// Buffers of more text are not held: an edit would take too long.
constexpr size_t kMaxBufferBytes = 8u << 20;
/// Probability from which on a guess that reaches to the end of the line is said to be one of a line.
constexpr double kCertainLine = 0.85;
/// Words that nothing uses any more (every word half typed leaves some) are dropped at so many, with the next
/// file or buffer; at twice what was kept the last time, where that is more.
constexpr size_t kMostWords = 100'000;

}  // namespace

RepoModel::RepoModel() : state_(std::make_unique<State>()) {}
RepoModel::~RepoModel() = default;
RepoModel::RepoModel(RepoModel&&) noexcept = default;
RepoModel& RepoModel::operator=(RepoModel&&) noexcept = default;

RepoModel::State::Reading RepoModel::State::read(Token word) const {
  Reading out;
  if (word == kOpaque) return out;
  if (base) {
    const Dictionary& dictionary = base->data().words;
    const uint32_t index = dictionary.find(word);
    if (index != UINT32_MAX) {
      out = {dictionary.text(index), dictionary.counts[index], dictionary.in_private(index),
             dictionary.usable(index)};
    }
  }
  if (const Words::Word* own = words.find(word)) {
    if (!out.text.empty() && out.text != words.text(*own)) {
      out.usable = false;
    } else {
      out.usable = out.usable || out.text.empty();
      out.text = words.text(*own);
      out.in_private = out.in_private || own->in_private;
    }
  }
  return out;
}

void RepoModel::State::hide(const std::string& path) {
  if (!base) return;
  const size_t file = base->data().find(path);
  if (file != SIZE_MAX) base->data().mark(file, hidden);
}

void RepoModel::State::tidy_words() {
  if (words.all().size() < std::max(kMostWords, 2 * words_kept)) return;
  Words kept;
  const auto keep = [&](const std::vector<Token>& tokens) {
    for (const Token token : tokens) {
      if (!is_word(token)) continue;
      if (const Words::Word* word = words.find(token))
        kept.add(token, words.text(*word), word->in_private, 0);
    }
  };
  for (const auto& [path, file] : session) keep(file.tokens);
  for (const auto& [buf, buffer] : buffers) keep(buffer.tokens());
  words = std::move(kept);
  words_kept = words.all().size();
}

uint64_t RepoModel::stamp() const { return state_->stamp; }

void RepoModel::set_base(std::shared_ptr<const RepoBase> base, uint64_t stamp) {
  State& state = *state_;
  state.base = std::move(base);
  state.hidden.clear();
  for (auto file = state.session.begin(); file != state.session.end();) {
    if (file->second.stamp <= stamp) {
      state.session_tokens -= file->second.tokens.size();
      file = state.session.erase(file);
    } else {
      state.hide(file->first);
      ++file;
    }
  }
}

const RepoBase* RepoModel::base() const { return state_->base.get(); }

void RepoModel::put(const std::string& path, std::string_view text, bool private_text) {
  State& state = *state_;
  SessionFile& file = state.session[path];
  state.session_tokens -= file.tokens.size();
  file.tokens.clear();
  file.chains = {};
  file.in_private = private_text;
  file.stamp = ++state.stamp;
  if (worth_learning(path, text)) {
    file.tokens.reserve(text.size() / 3);
    lex_file(text, private_text, state.words, file.tokens);
    file.tokens.push_back(kFileStart);
    file.chains.reset(file.tokens.size());
    file.chains.add(file.tokens, 0, 1, file.tokens.size());
  }
  state.session_tokens += file.tokens.size();
  state.hide(path);
  state.tidy_words();
}

void RepoModel::remove(const std::string& path) { put(path, {}, false); }

bool RepoModel::wants_rebuild() const { return state_->session_tokens > kMostSessionTokens; }

void RepoModel::buffer_set(int64_t buf, const std::string& path, const std::vector<std::string>& lines,
                           bool private_text) {
  State& state = *state_;
  state.buffers.erase(buf);
  size_t bytes = 0;
  for (const std::string& line : lines) bytes += line.size() + 1;
  if (bytes > kMaxBufferBytes || may_hold_secrets(path)) return;
  BufferTokens& buffer = state.buffers.emplace(buf, BufferTokens(path, private_text)).first->second;
  buffer.splice(0, 0, lines, state.words);
  state.tidy_words();
}

void RepoModel::buffer_splice(int64_t buf, size_t first, size_t last, const std::vector<std::string>& lines) {
  State& state = *state_;
  const auto found = state.buffers.find(buf);
  if (found == state.buffers.end()) return;
  BufferTokens& buffer = found->second;
  last = std::min(last, buffer.size());
  first = std::min(first, last);
  buffer.splice(first, last, lines, state.words);
}

void RepoModel::buffer_drop(int64_t buf) { state_->buffers.erase(buf); }

std::optional<RepoGuess> RepoModel::guess(int64_t buf, size_t line, size_t col, Gate gate) const {
  const State& state = *state_;
  const auto found = state.buffers.find(buf);
  if (found == state.buffers.end()) return std::nullopt;
  bool known = false;
  const Path& path = predict(state, found->second, line, col, kLeastProduct, state.scratch, known);
  if (!known) return std::nullopt;
  std::optional<PathEnd> end = choose_end(*state.gates, state.gates->bounds[static_cast<size_t>(gate)], path);
  if (!end) return std::nullopt;
  if (!end->line && !path.has_after) {
    // The same text as a line, where that is certain: lines below may follow then.
    for_each_end(*state.gates, path, [&](const PathEnd& other, const GateFeatures&) {
      if (other.line && other.bytes == end->bytes && other.probability >= kCertainLine) end = other;
    });
  }
  return worded(found->second, line, path, *end);
}

size_t RepoModel::bytes() const {
  const State& state = *state_;
  size_t out =
      state.hidden.capacity() * sizeof(uint64_t) + state.words.bytes() + state.session_tokens * sizeof(Token);
  for (const auto& [path, file] : state.session) out += file.chains.bytes();
  for (const auto& [buf, buffer] : state.buffers) out += buffer.bytes();
  return out;
}

}  // namespace repo_model
}  // namespace coder::completion
