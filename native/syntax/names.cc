#include "syntax/names.h"

#include <cstring>
#include <functional>

namespace coder::syntax {
namespace {

constexpr Names::Id kFree = ~Names::Id{0};

/// Eight bytes at a time; names are short.
uint32_t hash_of(std::string_view name) {
  uint64_t hash = name.size() * 0x9e3779b97f4a7c15u;
  const char* at = name.data();
  size_t left = name.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * 0x9fb21c651e98df25u;
    hash ^= hash >> 29;
  }
  uint64_t word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  hash = (hash ^ word) * 0x9fb21c651e98df25u;
  hash ^= hash >> 32;
  return static_cast<uint32_t>(hash);
}

uint32_t hash_of(Names::Id id, uint8_t kind, int32_t symbol) {
  uint64_t key = (uint64_t{id} << 32) | static_cast<uint32_t>(symbol);
  key = (key ^ kind) * 0x9e3779b97f4a7c15u;
  return static_cast<uint32_t>(key >> 32);
}

}  // namespace

void Names::reset(std::string_view text) {
  size_t size = 64;
  while (size < text.size() / 32) size *= 2;
  text_ = text;
  copies_.clear();
  entries_.clear();
  bound_.clear();
  buckets_.assign(size, kFree);
  slots_.assign(size, Slot());
  used_slots_ = 0;
}

bool Names::in_text(std::string_view name) const {
  const std::less_equal<const char*> not_behind;
  return not_behind(text_.data(), name.data()) &&
         not_behind(name.data() + name.size(), text_.data() + text_.size());
}

Names::Id Names::intern(std::string_view name) {
  const uint32_t hash = hash_of(name);
  size_t at = hash & (buckets_.size() - 1);
  for (; buckets_[at] != kFree; at = (at + 1) & (buckets_.size() - 1)) {
    const Entry& entry = entries_[buckets_[at]];
    if (entry.hash == hash && entry.text == name) return buckets_[at];
  }
  if (!in_text(name)) name = copies_.emplace_back(name);
  const Id id = static_cast<Id>(entries_.size());
  buckets_[at] = id;
  entries_.push_back({name, hash, 0, 0});
  if (entries_.size() * 2 > buckets_.size()) grow_names();
  return id;
}

void Names::grow_names() {
  buckets_.assign(buckets_.size() * 2, kFree);
  for (Id id = 0; id < entries_.size(); ++id) {
    size_t at = entries_[id].hash & (buckets_.size() - 1);
    while (buckets_[at] != kFree) at = (at + 1) & (buckets_.size() - 1);
    buckets_[at] = id;
  }
}

void Names::bind(Id id, Binding binding) {
  ++(binding == Binding::type ? entries_[id].types : entries_[id].values);
  bound_.push_back({id, binding});
}

void Names::release(size_t size) {
  while (bound_.size() > size) {
    const Bound last = bound_.back();
    --(last.binding == Binding::type ? entries_[last.id].types : entries_[last.id].values);
    bound_.pop_back();
  }
}

const uint32_t* Names::find(Id id, uint8_t kind, int32_t symbol) const {
  const auto stored = static_cast<uint8_t>(kind + 1);
  size_t at = hash_of(id, stored, symbol) & (slots_.size() - 1);
  for (; slots_[at].kind != 0; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.id == id && slot.symbol == symbol && slot.kind == stored) return &slot.number;
  }
  return nullptr;
}

uint32_t Names::find_or_add(Id id, uint8_t kind, int32_t symbol, uint32_t otherwise) {
  const auto stored = static_cast<uint8_t>(kind + 1);
  size_t at = hash_of(id, stored, symbol) & (slots_.size() - 1);
  for (; slots_[at].kind != 0; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.id == id && slot.symbol == symbol && slot.kind == stored) return slot.number;
  }
  slots_[at] = {id, symbol, otherwise, stored};
  if (++used_slots_ * 2 > slots_.size()) grow_slots();
  return otherwise;
}

void Names::grow_slots() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.kind == 0) continue;
    size_t at = hash_of(slot.id, slot.kind, slot.symbol) & (slots_.size() - 1);
    while (slots_[at].kind != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

}  // namespace coder::syntax
