// A ranked file on its way into a prompt: what of it could stand there, what each piece is worth and costs.
// It is read only when the first piece is taken; until then costs come from what the Index knows.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "context/excerpt.h"
#include "context/pack.h"

namespace coder::context {

class PackFile {
 public:
  /// `relevance`: how likely it is one of the files looked for, in [0, 1]. `symbols`: of this file, best
  /// first.
  PackFile(const workspace::Index& index, const RankedFile& ranked, double relevance,
           const std::vector<const RankedSymbol*>& symbols);

  const RankedFile& ranked() const { return *ranked_; }
  size_t items() const { return items_.size(); }
  /// The lowest form in which an item can stand in the prompt.
  Form first_form(size_t item) const { return items_[item].symbol < 0 ? Form::body : Form::signature; }

  /// What showing the item in this form adds, in units of "this file is one of those looked for".
  double value(size_t item, Form form) const;
  /// Bytes it adds, about; 0: it shows already.
  double bytes(size_t item, Form form) const;
  double path_value() const;
  double path_bytes() const { return static_cast<double>(ranked_->path.size()) + 1; }

  enum class Load : uint8_t { same, changed, failed };
  /// Takes the file's present text; `changed`: it is not the one that was indexed, and items are others now.
  Load load(std::optional<std::string> text);
  bool loaded() const { return excerpt_ != nullptr; }
  /// Once loaded.
  const std::string& text() const { return excerpt_->text(); }

  void show(size_t item, Form form);
  void list() { listed_ = true; }
  /// Nothing of it stands in the prompt.
  void clear();
  bool shows() const { return excerpt_ && !excerpt_->empty(); }
  bool listed() const { return listed_; }
  /// The pieces, each with the reasons of its symbols, or else of the file.
  std::vector<Chunk> chunks() const;
  uint32_t lines() const { return excerpt_ ? excerpt_->lines() : 0; }

 private:
  struct Item {
    int32_t symbol = syntax::kNoSymbol;  ///< kNoSymbol: plain lines
    Span body, signature;                ///< known once loaded
    double share = 0;                    ///< of the file's relevance
    const RankedSymbol* ranked = nullptr;
  };
  void add_pieces();
  std::vector<workspace::Facts::Symbol> outline_anew(const std::string& text);
  void place_items();
  bool is_whole(const Item& item) const { return item.symbol == kWhole; }

  static constexpr int32_t kWhole = -2;  ///< Item::symbol: all of a small file

  const workspace::Index& index_;
  const RankedFile* ranked_;
  double relevance_;
  std::vector<Item> items_;
  double best_share_ = 1;
  std::unique_ptr<Excerpt> excerpt_;
  bool listed_ = false;
};

}  // namespace coder::context
