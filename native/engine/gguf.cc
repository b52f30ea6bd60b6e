#include "engine/gguf.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>

#include "base/text.h"

namespace coder::engine {
namespace {

constexpr uint64_t kMaxEntries = 100'000;  // metadata of real files: some hundred
constexpr uint64_t kMaxTensors = 1'000'000;
constexpr uint64_t kMaxText = 64u << 20;     // a chat template, a text in a list
constexpr uint64_t kMaxItems = 100'000'000;  // of a list
constexpr uint64_t kKeptText = 256;

/// GGUF's types of values.
enum Type : uint32_t { u8, i8, u16, i16, u32, i32, f32, boolean, text, array, u64, i64, f64 };

/// Bytes of one value of fixed size; 0 for others.
uint64_t size_of(uint32_t type) {
  switch (type) {
    case u8:
    case i8:
    case boolean:
      return 1;
    case u16:
    case i16:
      return 2;
    case u32:
    case i32:
    case f32:
      return 4;
    case u64:
    case i64:
    case f64:
      return 8;
    default:
      return 0;
  }
}

/// Little-endian values from a file, none of them behind its end.
class Reader {
 public:
  Reader(const std::string& path, uint64_t size) : file_(path, std::ios::binary), left_(size) {}

  bool ok() const { return ok_; }
  uint64_t at(uint64_t size) const { return size - left_; }

  uint64_t number(uint64_t bytes) {
    unsigned char raw[8] = {};
    if (!take(bytes) || !file_.read(reinterpret_cast<char*>(raw), static_cast<std::streamsize>(bytes))) {
      ok_ = false;
      return 0;
    }
    uint64_t value = 0;
    for (uint64_t i = bytes; i > 0; --i) value = value << 8 | raw[i - 1];
    return value;
  }

  /// The start of a text of any length.
  std::string text() {
    const uint64_t length = number(8);
    if (length > kMaxText) ok_ = false;
    if (!ok_) return "";
    std::string out(std::min(length, kKeptText), '\0');
    if (!take(out.size()) || !file_.read(out.data(), static_cast<std::streamsize>(out.size()))) ok_ = false;
    skip(length - out.size());
    return out;
  }

  void skip(uint64_t bytes) {
    if (bytes == 0 || !take(bytes)) return;
    if (!file_.seekg(static_cast<std::streamoff>(bytes), std::ios::cur)) ok_ = false;
  }

 private:
  bool take(uint64_t bytes) {
    if (bytes > left_) ok_ = false;
    if (ok_) left_ -= bytes;
    return ok_;
  }

  std::ifstream file_;
  uint64_t left_;
  bool ok_ = true;
};

/// The metadata that matters: whole numbers and texts by key.
struct Metadata {
  std::map<std::string, int64_t> numbers;
  std::map<std::string, std::string> texts;

  int64_t number(const std::string& key) const {
    const auto found = numbers.find(key);
    return found == numbers.end() ? 0 : found->second;
  }
  std::string text(const std::string& key) const {
    const auto found = texts.find(key);
    return found == texts.end() ? "" : found->second;
  }
};

void read_array(Reader& in, Metadata& out, const std::string& key) {
  const auto type = static_cast<uint32_t>(in.number(4));
  const uint64_t count = in.number(8);
  if (!in.ok() || count > kMaxItems) return in.skip(UINT64_MAX);
  if (type == Type::text) {
    for (uint64_t i = 0; i < count && in.ok(); ++i) in.skip(in.number(8));
    return;
  }
  const uint64_t size = size_of(type);
  if (size == 0) return in.skip(UINT64_MAX);
  uint64_t left = count * size;
  // Some models say per layer how many heads it has; the first one stands for all of them.
  if (count > 0 && (type == u32 || type == i32)) {
    out.numbers[key] = static_cast<int64_t>(in.number(4));
    left -= 4;
  }
  in.skip(left);
}

Metadata read_metadata(Reader& in, uint64_t entries) {
  Metadata out;
  for (uint64_t i = 0; i < entries && in.ok(); ++i) {
    const std::string key = in.text();
    const auto type = static_cast<uint32_t>(in.number(4));
    if (type == Type::text) {
      out.texts[key] = in.text();
    } else if (type == Type::array) {
      read_array(in, out, key);
    } else if (const uint64_t size = size_of(type); size > 0) {
      const uint64_t value = in.number(size);
      if (type != f32 && type != f64) out.numbers[key] = static_cast<int64_t>(value);
    } else {
      in.skip(UINT64_MAX);  // no such type
    }
  }
  return out;
}

/// Where the last tensor begins in the part behind the head; nullopt when the head is cut off.
std::optional<uint64_t> last_offset(Reader& in, uint64_t tensors) {
  uint64_t last = 0;
  for (uint64_t i = 0; i < tensors && in.ok(); ++i) {
    in.text();
    const uint64_t dimensions = in.number(4);
    if (dimensions > 8) return std::nullopt;
    in.skip(dimensions * 8 + 4);
    last = std::max(last, in.number(8));
  }
  return in.ok() ? std::optional<uint64_t>(last) : std::nullopt;
}

Error broken(const std::string& path, const std::string& how) {
  return {ErrorKind::config, "the model file " + path + " " + how,
          "download it again and compare its checksum; check that the path is the right one"};
}

}  // namespace

Result<ModelFacts> read_gguf(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    return Error{ErrorKind::config, "cannot read the model file " + path + ": " + std::strerror(errno),
                 "correct `model` in [engine]"};
  }
  if (!S_ISREG(info.st_mode)) return broken(path, "is no file");
  const auto size = static_cast<uint64_t>(info.st_size);
  Reader in(path, size);
  const uint64_t magic = in.number(4);
  if (!in.ok() || magic != 0x46554747) return broken(path, "is no GGUF file");
  const uint64_t version = in.number(4);
  const uint64_t tensors = in.number(8);
  const uint64_t entries = in.number(8);
  if (!in.ok()) return broken(path, "is cut off");
  // Files of other versions or of the other byte order are left to the engine.
  ModelFacts facts;
  facts.file_bytes = static_cast<int64_t>(size);
  if (version < 2 || version > 3) return facts;
  if (entries > kMaxEntries || tensors > kMaxTensors) return broken(path, "is damaged");
  const Metadata data = read_metadata(in, entries);
  const std::optional<uint64_t> last = in.ok() ? last_offset(in, tensors) : std::nullopt;
  if (!last || (tensors > 0 && *last >= size - in.at(size))) return broken(path, "is cut off or damaged");

  facts.architecture = data.text("general.architecture");
  facts.name = to_valid_utf8(one_line(data.text("general.name"), 120));
  const std::string& a = facts.architecture;
  facts.context = data.number(a + ".context_length");
  facts.layers = data.number(a + ".block_count");
  const int64_t heads = data.number(a + ".attention.head_count");
  const int64_t wide = data.number(a + ".embedding_length");
  int64_t pairs = data.number(a + ".attention.head_count_kv");
  if (pairs <= 0) pairs = heads;
  int64_t key = data.number(a + ".attention.key_length");
  int64_t value = data.number(a + ".attention.value_length");
  if (key <= 0 && heads > 0) key = wide / heads;
  if (value <= 0) value = key;
  const auto sane = [](int64_t number, int64_t most) { return number > 0 && number <= most; };
  if (!sane(facts.context, 100'000'000)) facts.context = 0;
  if (!sane(facts.layers, 10'000)) facts.layers = 0;
  if (sane(pairs, 10'000) && sane(key, 10'000) && sane(value, 10'000))
    facts.cache_row = pairs * (key + value);
  return facts;
}

}  // namespace coder::engine
