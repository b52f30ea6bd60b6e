#include "completion/repo_model/repo_base.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/hash.h"
#include "completion/repo_model/base_data.h"

namespace coder::completion {
inline namespace repo_model {

void lex_file(std::string_view text, bool in_private, Words& words, std::vector<Token>& out) {
  out.push_back(kFileStart);
  int64_t before = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const size_t indent = indent_of(line);
    if (indent == line.size()) {
      out.push_back(kBlankLine);
    } else {
      out.push_back(line_start(static_cast<int64_t>(indent), before));
      before = static_cast<int64_t>(indent);
      lex_line(line, false, [&](Token token, std::string_view word) {
        out.push_back(is_word(token) ? words.add(token, word, in_private) : token);
      });
    }
    at = end + 1;
  }
}

namespace {

/// What one thread reads.
struct Part {
  std::vector<Token> tokens;
  std::vector<uint32_t> begins;
  Words words;

  void read(const std::vector<RepoFile>& files, size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      begins.push_back(static_cast<uint32_t>(tokens.size()));
      lex_file(files[i].text, files[i].private_text, words, tokens);
    }
  }
};

/// Sorted by path, each once, only what is worth it.
std::vector<RepoFile> chosen(std::vector<RepoFile> files) {
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  std::vector<RepoFile> out;
  out.reserve(files.size());
  size_t bytes = 0;
  for (size_t i = 0; i < files.size(); ++i) {
    if (i + 1 < files.size() && files[i + 1].path == files[i].path) continue;
    if (!worth_learning(files[i].path, files[i].text)) continue;
    bytes += files[i].text.size() + 1;
    if (bytes > RepoBase::kMaxBytes) break;
    out.push_back(std::move(files[i]));
  }
  return out;
}

}  // namespace

size_t RepoBase::Data::find(std::string_view path) const {
  const auto found =
      std::lower_bound(files.begin(), files.end(), path,
                       [](const RepoFileStamp& file, std::string_view name) { return file.path < name; });
  if (found == files.end() || found->path != path) return SIZE_MAX;
  return static_cast<size_t>(found - files.begin());
}

void RepoBase::Data::mark(size_t file, std::vector<uint64_t>& bits) const {
  if (bits.empty()) bits.assign(tokens.size() / 64 + 1, 0);
  // A place's token belongs to the file, or is the kFileStart that ends it.
  for (size_t place = begins[file] + 1; place <= begins[file + 1]; ++place) {
    bits[place / 64] |= uint64_t{1} << (place % 64);
  }
}

void RepoBase::Data::derive() {
  next.resize(places.size());
  for (size_t i = 0; i < places.size(); ++i) next[i] = tokens[places[i]];
  private_places.clear();
  for (size_t file = 0; file < files.size(); ++file) {
    if (files[file].private_text) mark(file, private_places);
  }
}

std::shared_ptr<const RepoBase> RepoBase::build(std::vector<RepoFile> all) {
  const std::vector<RepoFile> files = chosen(std::move(all));
  auto data = std::make_unique<Data>();
  size_t bytes = 0, half = 0, before_half = 0;
  for (const RepoFile& file : files) bytes += file.text.size();
  while (half < files.size() && before_half * 2 < bytes) before_half += files[half++].text.size();
  Part left, right;
  if (bytes > 300'000) {
    std::thread other([&] { right.read(files, half, files.size()); });
    left.read(files, 0, half);
    other.join();
  } else {
    left.read(files, 0, half);
    right.read(files, half, files.size());
  }
  data->begins = std::move(left.begins);
  const auto offset = static_cast<uint32_t>(left.tokens.size());
  for (const uint32_t begin : right.begins) data->begins.push_back(begin + offset);
  data->tokens = std::move(left.tokens);
  data->tokens.insert(data->tokens.end(), right.tokens.begin(), right.tokens.end());
  data->begins.push_back(static_cast<uint32_t>(data->tokens.size()));
  data->tokens.push_back(kFileStart);
  data->tokens.shrink_to_fit();
  right.tokens = {};
  for (const Words::Word& word : right.words.all()) {
    left.words.merge(word, right.words.text(word));
  }
  data->words = Dictionary(left.words);
  for (const RepoFile& file : files) {
    data->files.push_back({file.path, fnv1a(file.text), file.private_text});
  }
  sort_places(*data);
  data->derive();
  return std::shared_ptr<const RepoBase>(new RepoBase(std::move(data)));
}

RepoBase::RepoBase(std::unique_ptr<Data> data) : data_(std::move(data)) {}
RepoBase::~RepoBase() = default;

const std::vector<RepoFileStamp>& RepoBase::files() const { return data_->files; }
size_t RepoBase::tokens() const { return data_->tokens.size(); }

size_t RepoBase::bytes() const {
  size_t out = data_->tokens.size() * sizeof(Token) + data_->places.size() * sizeof(uint32_t) +
               data_->next.size() * sizeof(Token) + data_->private_places.size() * sizeof(uint64_t) +
               data_->words.texts.size() + data_->words.size() * 21;
  for (const RepoFileStamp& file : data_->files) out += sizeof file + file.path.size();
  return out;
}

}  // namespace repo_model
}  // namespace coder::completion
