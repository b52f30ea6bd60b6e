#include "codec/msgpack.h"

#include <cstring>
#include <limits>
#include <msgpack.hpp>
#include <vector>

namespace coder::codec {
namespace {

/// Builds a Value from the parser's events and refuses what passes a limit
/// before memory is taken for it. Map keys must be strings, as Neovim's are.
class Builder : public msgpack::null_visitor {
 public:
  explicit Builder(const MsgpackLimits& limits) : limits_(limits) {}

  bool visit_nil() { return put(Value()); }
  bool visit_boolean(bool v) { return put(Value(v)); }
  bool visit_positive_integer(uint64_t v) { return put(Value(v)); }
  bool visit_negative_integer(int64_t v) { return put(Value(v)); }
  bool visit_float32(float v) { return put(Value(static_cast<double>(v))); }
  bool visit_float64(double v) { return put(Value(v)); }
  bool visit_str(const char* v, uint32_t size) { return put_string(v, size); }
  bool visit_bin(const char* v, uint32_t size) { return put_string(v, size); }
  bool visit_ext(const char* v, uint32_t size) {
    if (size == 0) return fail("empty extension");
    if (size - 1 > limits_.max_string_bytes) {
      return fail("extension of " + std::to_string(size - 1) + " bytes is over the limit");
    }
    // The first byte is the extension's type.
    return put(Value(Ext{static_cast<int8_t>(v[0]), std::string(v + 1, size - 1)}));
  }
  bool start_array(uint32_t count) { return open(Value(Value::Array{}), count); }
  bool start_map(uint32_t count) { return open(Value(Value::Map{}), count); }
  bool start_map_key() {
    stack_.back().at_key = true;
    return true;
  }
  bool start_map_value() {
    stack_.back().at_key = false;
    return true;
  }
  bool end_array() { return close(); }
  bool end_map() { return close(); }
  void parse_error(size_t, size_t) { fail("not msgpack"); }
  void insufficient_bytes(size_t, size_t) {}
  bool referenced() const { return false; }

  void init() {
    stack_.clear();
    items_ = 0;
    result = Value();
  }

  Value result;
  std::string failure;

 private:
  struct Open {
    Value value;
    std::string key;
    bool at_key = false;
  };

  bool fail(std::string why) {
    if (failure.empty()) failure = std::move(why);
    return false;
  }
  bool put_string(const char* v, uint32_t size) {
    if (size > limits_.max_string_bytes)
      return fail("string of " + std::to_string(size) + " bytes is over the limit");
    return put(Value(std::string(v, size)));
  }
  bool put(Value value) {
    if (stack_.empty()) {
      result = std::move(value);
      return true;
    }
    Open& top = stack_.back();
    if (Value::Map* map = top.value.as_map()) {
      if (top.at_key) {
        std::string* key = value.as_string();
        if (!key) return fail(std::string("map key is no string but ") + value.type_name());
        top.key = std::move(*key);
      } else {
        map->emplace_back(std::move(top.key), std::move(value));
      }
    } else {
      top.value.as_array()->push_back(std::move(value));
    }
    return true;
  }
  bool open(Value container, uint32_t count) {
    if (count > limits_.max_items)
      return fail("container of " + std::to_string(count) + " items is over the limit");
    if ((items_ += count) > limits_.max_items)
      return fail("more than " + std::to_string(limits_.max_items) + " items in a message");
    if (stack_.size() >= limits_.max_depth)
      return fail("nested deeper than " + std::to_string(limits_.max_depth));
    if (!stack_.empty() && stack_.back().value.as_map() && stack_.back().at_key)
      return fail("map key is a container");
    stack_.push_back({std::move(container), {}});
    return true;
  }
  bool close() {
    Value done = std::move(stack_.back().value);
    stack_.pop_back();
    return put(std::move(done));
  }

  MsgpackLimits limits_;
  size_t items_ = 0;  ///< claimed by the containers of this message so far
  std::vector<Open> stack_;
};

struct NoReference {
  void operator()(char*) const {}
};

class Parser : public msgpack::parser<Parser, NoReference> {
 public:
  explicit Parser(const MsgpackLimits& limits)
      : msgpack::parser<Parser, NoReference>(hook_, 16 * 1024), builder_(limits) {}
  Builder& visitor() { return builder_; }
  // Nothing of ours points into the parser's buffer.
  bool referenced() const { return false; }
  void set_referenced(bool) {}

 private:
  NoReference hook_;
  Builder builder_;
};

}  // namespace

struct MsgpackUnpacker::Impl {
  explicit Impl(const MsgpackLimits& l) : limits(l), parser(l) {}
  MsgpackLimits limits;
  Parser parser;
  bool broken = false;

  Error broken_stream() {
    broken = true;
    const std::string& why = parser.visitor().failure;
    return {ErrorKind::usage, "malformed msgpack: " + (why.empty() ? std::string("not msgpack") : why), ""};
  }
};

MsgpackUnpacker::MsgpackUnpacker(const MsgpackLimits& limits) : impl_(std::make_unique<Impl>(limits)) {}
MsgpackUnpacker::~MsgpackUnpacker() = default;
MsgpackUnpacker::MsgpackUnpacker(MsgpackUnpacker&&) noexcept = default;

void MsgpackUnpacker::feed(std::string_view bytes) {
  if (impl_->broken || bytes.empty()) return;
  impl_->parser.reserve_buffer(bytes.size());
  std::memcpy(impl_->parser.buffer(), bytes.data(), bytes.size());
  impl_->parser.buffer_consumed(bytes.size());
}

Result<std::optional<Value>> MsgpackUnpacker::next() {
  if (impl_->broken) return impl_->broken_stream();
  bool whole = false;
  try {
    whole = impl_->parser.next();
  } catch (const std::exception&) {  // the library throws only here, on bytes that are no msgpack
    return impl_->broken_stream();
  }
  Builder& builder = impl_->parser.visitor();
  if (!builder.failure.empty()) return impl_->broken_stream();
  // While a message is not whole, all that is there belongs to it.
  const size_t size = whole ? impl_->parser.parsed_size() : impl_->parser.message_size();
  if (size > impl_->limits.max_message_bytes) {
    builder.failure =
        "message is over the limit of " + std::to_string(impl_->limits.max_message_bytes) + " bytes";
    return impl_->broken_stream();
  }
  if (!whole) return std::optional<Value>();
  std::optional<Value> value(std::move(builder.result));
  builder.init();
  impl_->parser.reset();
  return value;
}

namespace {

struct StringBuffer {
  std::string& out;
  void write(const char* bytes, size_t size) { out.append(bytes, size); }
};

void pack(msgpack::packer<StringBuffer>& packer, const Value& value, std::string& out) {
  if (const bool* b = value.as_bool()) {
    *b ? packer.pack_true() : packer.pack_false();
  } else if (const int64_t* i = value.as_int()) {
    packer.pack_int64(*i);
  } else if (const double* d = value.as_double()) {
    // The library would make integers of round numbers.
    uint64_t bits = 0;
    std::memcpy(&bits, d, sizeof bits);
    out += '\xCB';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift);
  } else if (const std::string* s = value.as_string()) {
    packer.pack_str(static_cast<uint32_t>(s->size()));
    packer.pack_str_body(s->data(), static_cast<uint32_t>(s->size()));
  } else if (const Value::Array* array = value.as_array()) {
    packer.pack_array(static_cast<uint32_t>(array->size()));
    for (const Value& item : *array) pack(packer, item, out);
  } else if (const Value::Map* map = value.as_map()) {
    packer.pack_map(static_cast<uint32_t>(map->size()));
    for (const auto& [key, member] : *map) {
      packer.pack_str(static_cast<uint32_t>(key.size()));
      packer.pack_str_body(key.data(), static_cast<uint32_t>(key.size()));
      pack(packer, member, out);
    }
  } else if (const Ext* ext = value.as_ext()) {
    packer.pack_ext(ext->bytes.size(), ext->type);
    packer.pack_ext_body(ext->bytes.data(), static_cast<uint32_t>(ext->bytes.size()));
  } else {
    packer.pack_nil();
  }
}

}  // namespace

void pack_msgpack(const Value& value, std::string& out) {
  StringBuffer buffer{out};
  msgpack::packer<StringBuffer> packer(buffer);
  pack(packer, value, out);
}

}  // namespace coder::codec
