#include "dispatch/limits.h"

#include <utility>

#include "dispatch/limiter.h"

namespace coder::dispatch {

struct Limits::Impl {
  std::shared_ptr<Limiter> shared;  ///< with the user's other processes
  std::shared_ptr<Limiter> local;
};

namespace {

class Admission : public Operation {
 public:
  Admission(const std::shared_ptr<Limiter>& limiter, Admissions::Id id) : limiter_(limiter), id_(id) {}
  ~Admission() override {
    if (const std::shared_ptr<Limiter> limiter = limiter_.lock()) limiter->give_up(id_);
  }

 private:
  std::weak_ptr<Limiter> limiter_;
  Admissions::Id id_;
};

/// Within what the arithmetic can do; false comparisons take care of NaN.
Rate sane(double rps, double burst) { return {rps >= 0.001 ? rps : 0.001, burst >= 1 ? burst : 1}; }

}  // namespace

Limits::Limits(loop::Loop& loop, std::string state_file, std::function<void(const std::string&)> notice)
    : impl_(std::make_shared<Impl>()) {
  impl_->shared = std::make_shared<Limiter>(loop, std::move(state_file), std::move(notice));
  impl_->local = std::make_shared<Limiter>(loop, "", nullptr);
}

Limits::~Limits() {
  impl_->shared->close();
  impl_->local->close();
}

std::unique_ptr<Operation> Limits::admit(Quota quota, bool patient, Handlers handlers) {
  Counts counts;
  if (quota.shared) {
    counts.key = std::move(quota.key);
    counts.rate = sane(quota.rps, quota.burst);
  }
  counts.model = std::move(quota.model);
  counts.rpm = quota.rpm;
  const std::shared_ptr<Limiter>& limiter = quota.shared ? impl_->shared : impl_->local;
  return std::make_unique<Admission>(limiter, limiter->add(std::move(counts), patient, std::move(handlers)));
}

}  // namespace coder::dispatch
