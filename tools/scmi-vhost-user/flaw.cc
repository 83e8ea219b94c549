// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/flaw.hh"

namespace vhost {

std::string_view text(Flaw flaw) {
  switch (flaw) {
    case Flaw::Closed: return "the connection was closed";
    case Flaw::MessageHeader: return "a message whose header is not of vhost-user version 1";
    case Flaw::MessageLong: return "a message longer than any that there is";
    case Flaw::MessageShort: return "a message of the wrong length";
    case Flaw::UnexpectedFds: return "file descriptors where none belong";
    case Flaw::LostFds: return "more file descriptors than a message may have";
    case Flaw::UnknownRequest: return "a request that is not served here";
    case Flaw::UnknownFeature: return "features that were not offered";
    case Flaw::QueueIndex: return "a queue that there is not";
    case Flaw::TooManyRegions: return "more regions of memory than a table may have";
    case Flaw::MissingFd: return "a file descriptor is missing";
    case Flaw::RegionRange: return "a region of memory that is empty or wraps around";
    case Flaw::RegionOverlaps: return "regions of memory that overlap";
    case Flaw::RegionBeyondFile: return "a region of memory beyond the end of its file";
    case Flaw::MapFailed: return "a region of memory that cannot be mapped";
    case Flaw::RingSize: return "a ring size that is no power of two up to 32768";
    case Flaw::RingOutside: return "a ring outside the memory of the guest";
    case Flaw::RingAlignment: return "a ring that is not aligned";
    case Flaw::RingBase: return "a ring index beyond 16 bits";
    case Flaw::AvailableJump: return "the available index jumped by more than the ring holds";
    case Flaw::HeadRange: return "an available entry names no descriptor of the ring";
    case Flaw::NextRange: return "a descriptor goes on outside of its table";
    case Flaw::ChainLoop: return "a chain of descriptors that loops";
    case Flaw::ChainLong: return "a chain of 4 GiB or more";
    case Flaw::ChainOrder: return "a readable descriptor behind a writable one";
    case Flaw::EmptyDescriptor: return "a descriptor of no bytes";
    case Flaw::DescriptorOutside: return "a descriptor outside the memory of the guest";
    case Flaw::IndirectRefused: return "an indirect descriptor that was not negotiated";
    case Flaw::IndirectWithNext: return "an indirect descriptor that goes on";
    case Flaw::IndirectNested: return "an indirect descriptor in an indirect table";
    case Flaw::IndirectLength: return "an indirect table whose length is no multiple of 16";
    case Flaw::IndirectOutside: return "an indirect table outside the memory of the guest";
    case Flaw::EventBufferSmall: return "an event buffer too small for a message";
  }
  return "something unnamed";
}

}  // namespace vhost
