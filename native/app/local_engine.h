// The local engine as one Neovim uses it: counted as a client, started when there is none, followed. Loop
// thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "config/config.h"
#include "engine/lease.h"
#include "loop/loop.h"

namespace coder::app {

class LocalEngine {
 public:
  using GetConfig = std::function<std::shared_ptr<const config::Config>()>;
  /// `changed` is called, from the loop, whenever its status is another one.
  LocalEngine(loop::Loop& loop, GetConfig config, std::function<void()> changed);

  /// Somebody is about to use it, if the configuration has one: from now on this process is a client, and
  /// the engine is started where none runs. Cheap when it is known already.
  void want();
  /// The configuration has changed: what kept it from starting may be gone.
  void again();

  bool wanted() const { return static_cast<bool>(client_); }
  /// What is known of it; cold before want().
  const engine::Lease& lease() const { return lease_; }
  /// Not empty: it is not up yet, in words ("loading 43 %").
  std::string loading() const;
  /// Not empty: why it will not come up by itself.
  std::string failure() const;

 private:
  void look();
  void start_keeper();
  void take(engine::Lease lease);

  loop::Loop& loop_;
  GetConfig config_;
  std::function<void()> changed_;
  std::optional<engine::Paths> paths_;
  engine::Client client_;
  engine::Lease lease_;
  std::unique_ptr<loop::Process> starting_;
  bool stopped_ = false;              ///< by hand
  std::optional<TimePoint> started_;  ///< when a keeper was started last
  std::unique_ptr<loop::FileWatch> watch_;
  loop::Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace coder::app
