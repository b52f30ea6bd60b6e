// A base as bytes: a head with version and checksum, then each column with its length. What follows from the
// others (RepoBase::Data::next, the slots of the dictionary) is made again.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "completion/repo_model/base_data.h"

namespace coder::completion {
inline namespace repo_model {
namespace {

/// Changes with the format, and with what the lexer makes of a text.
constexpr uint32_t kVersion = 1;
constexpr std::string_view kMagic = "coder-rb";

/// Not for secrets; eight bytes at a time, as a base may have a hundred million.
uint64_t checksum(std::string_view bytes) {
  uint64_t hash = 0x9E3779B97F4A7C15U ^ bytes.size();
  for (size_t at = 0; at < bytes.size(); at += 8) {
    uint64_t piece = 0;
    std::memcpy(&piece, bytes.data() + at, std::min<size_t>(8, bytes.size() - at));
    hash = (hash ^ piece) * 0xD6E8FEB86659FD93U;
    hash ^= hash >> 32;
  }
  return hash;
}

template <class T>
void put(std::string& out, const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
void put_column(std::string& out, const T& column) {
  put(out, static_cast<uint64_t>(column.size()));
  out.append(reinterpret_cast<const char*>(column.data()), column.size() * sizeof column[0]);
}

/// Reads what put() wrote; once something is missing, everything that follows is.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  template <class T>
  T get() {
    T out{};
    if (left_.size() < sizeof out) {
      fail();
    } else {
      std::memcpy(&out, left_.data(), sizeof out);
      left_.remove_prefix(sizeof out);
    }
    return out;
  }

  template <class T>
  void get_column(T& out) {
    const auto size = get<uint64_t>();
    if (size > left_.size() / sizeof out[0]) return fail();
    out.resize(size);
    if (size > 0) std::memcpy(out.data(), left_.data(), size * sizeof out[0]);
    left_.remove_prefix(size * sizeof out[0]);
  }

  bool ok() const { return ok_; }
  bool at_end() const { return left_.empty(); }

 private:
  void fail() {
    ok_ = false;
    left_ = {};
  }
  std::string_view left_;
  bool ok_ = true;
};

/// From 0 or more, growing, to `end`.
bool are_bounds(const std::vector<uint32_t>& bounds, size_t count, size_t end) {
  return bounds.size() == count + 1 && std::is_sorted(bounds.begin(), bounds.end()) && bounds.back() == end;
}

/// Nothing that is read later lies outside of what there is.
bool is_sound(const RepoBase::Data& data) {
  const Dictionary& words = data.words;
  return !data.tokens.empty() && are_bounds(data.begins, data.files.size(), data.tokens.size() - 1) &&
         data.places.size() == data.tokens.size() - 1 &&
         std::all_of(data.places.begin(), data.places.end(),
                     [&](uint32_t place) { return place > 0 && place < data.tokens.size(); }) &&
         are_bounds(words.begins, words.size(), words.texts.size()) && words.counts.size() == words.size() &&
         words.flags.size() == words.size();
}

Error damaged(const char* what) {
  return {ErrorKind::internal, std::string("the saved repository model is ") + what, "it is made again"};
}

}  // namespace

std::string RepoBase::save() const {
  const Data& data = *data_;
  std::string body;
  body.reserve((data.tokens.size() + data.places.size()) * sizeof(Token) + data.words.texts.size() * 2);
  put(body, static_cast<uint64_t>(data.files.size()));
  for (const RepoFileStamp& file : data.files) {
    put_column(body, file.path);
    put(body, file.hash);
    put(body, static_cast<uint8_t>(file.private_text ? 1 : 0));
  }
  put_column(body, data.begins);
  put_column(body, data.tokens);
  put_column(body, data.places);
  put_column(body, data.words.texts);
  put_column(body, data.words.begins);
  put_column(body, data.words.tokens);
  put_column(body, data.words.counts);
  put_column(body, data.words.flags);
  std::string out(kMagic);
  put(out, kVersion);
  put(out, checksum(body));
  return out + body;
}

Result<std::shared_ptr<const RepoBase>> RepoBase::load(std::string_view bytes) {
  if (bytes.substr(0, kMagic.size()) != kMagic) return damaged("of another kind");
  Reader reader(bytes.substr(kMagic.size()));
  if (reader.get<uint32_t>() != kVersion) return damaged("of another version");
  const auto sum = reader.get<uint64_t>();
  constexpr size_t kHead = kMagic.size() + sizeof kVersion + sizeof sum;
  if (!reader.ok() || checksum(bytes.substr(kHead)) != sum) return damaged("damaged");
  auto data = std::make_unique<Data>();
  const auto files = reader.get<uint64_t>();
  for (uint64_t i = 0; i < files && reader.ok(); ++i) {
    RepoFileStamp file;
    reader.get_column(file.path);
    file.hash = reader.get<uint64_t>();
    file.private_text = reader.get<uint8_t>() != 0;
    data->files.push_back(std::move(file));
  }
  reader.get_column(data->begins);
  reader.get_column(data->tokens);
  reader.get_column(data->places);
  reader.get_column(data->words.texts);
  reader.get_column(data->words.begins);
  reader.get_column(data->words.tokens);
  reader.get_column(data->words.counts);
  reader.get_column(data->words.flags);
  if (!reader.ok() || !reader.at_end() || !is_sound(*data)) return damaged("damaged");
  data->words.make_slots();
  data->derive();
  return std::shared_ptr<const RepoBase>(new RepoBase(std::move(data)));
}

}  // namespace repo_model
}  // namespace coder::completion
