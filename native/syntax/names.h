// The names of one file while its tree is walked: each is one number, knows whether it is bound as a local
// now, and finds the use that already counts it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "syntax/outline.h"

namespace coder::syntax {

/// Holds views into the text it is used for, and copies of names that do not stand there. Kept from file to
/// file for its memory.
class Names {
 public:
  using Id = uint32_t;

  /// Forgets everything. `text` must live until the next time.
  void reset(std::string_view text);

  Id intern(std::string_view name);
  std::string_view text(Id id) const { return entries_[id].text; }

  enum class Binding : uint8_t { value, type };

  /// Bindings nest: release() undoes them down to what size() was.
  void bind(Id id, Binding binding);
  size_t size() const { return bound_.size(); }
  void release(size_t size);
  bool is_bound(Id id, Binding binding) const {
    return (binding == Binding::type ? entries_[id].types : entries_[id].values) > 0;
  }

  /// The number remembered for these three; nullptr when there is none.
  const uint32_t* find(Id id, uint8_t kind, int32_t symbol) const;
  /// The number remembered for these three, or `otherwise`, which is then remembered.
  uint32_t find_or_add(Id id, uint8_t kind, int32_t symbol, uint32_t otherwise);

 private:
  struct Entry {
    std::string_view text;
    uint32_t hash = 0;
    uint32_t values = 0;  ///< scopes around here that bind it
    uint32_t types = 0;
  };
  struct Bound {
    Id id;
    Binding binding;
  };
  struct Slot {
    Id id = 0;
    int32_t symbol = 0;
    uint32_t number = 0;
    uint8_t kind = 0;  ///< 0: free
  };

  bool in_text(std::string_view name) const;
  void grow_names();
  void grow_slots();

  std::string_view text_;
  std::deque<std::string> copies_;
  std::vector<Entry> entries_;
  std::vector<Id> buckets_;  ///< of names; kFree where empty
  std::vector<Bound> bound_;
  std::vector<Slot> slots_;
  size_t used_slots_ = 0;
};

}  // namespace coder::syntax
