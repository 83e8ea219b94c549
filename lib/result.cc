// SPDX-License-Identifier: BSD-2-Clause
#include "lib/result.hh"

std::string_view text(Error error) {
  switch (error) {
    case Error::NotSupported: return "not supported (NOT_SUPPORTED)";
    case Error::InvalidParameters: return "parameters refused (INVALID_PARAMETERS)";
    case Error::Denied: return "permission denied (DENIED)";
    case Error::NotFound: return "not found (NOT_FOUND)";
    case Error::OutOfRange: return "out of range (OUT_OF_RANGE)";
    case Error::Busy: return "busy (BUSY)";
    case Error::CommsError: return "communication failed (COMMS_ERROR)";
    case Error::GenericError: return "failed without a reason (GENERIC_ERROR)";
    case Error::HardwareError: return "hardware failed (HARDWARE_ERROR)";
    case Error::ProtocolError: return "message refused (PROTOCOL_ERROR)";
    case Error::InUse: return "in use (IN_USE)";
    case Error::Partial: return "only partly done (PARTIAL)";
    case Error::VendorStatus: return "vendor's own status";
    case Error::UnknownStatus: return "status outside the specification";
    case Error::Timeout: return "no answer within the time limit";
    case Error::ChannelHeld: return "channel left busy by the platform";
    case Error::ChannelError: return "platform set the channel's error bit";
    case Error::NoConduit: return "nobody serves the doorbell's function id";
    case Error::ReplyShort: return "reply too short";
    case Error::ReplyLong: return "reply longer than its memory";
    case Error::WrongToken: return "reply with a wrong token";
    case Error::WrongMessage: return "reply with a wrong protocol, message or type";
    case Error::BadCount: return "reply with a count that its length does not bear out";
    case Error::EndlessPages: return "list that does not end";
    case Error::Malformed: return "malformed";
    case Error::UsedId: return "device returned a buffer that it did not have";
    case Error::UsedLength: return "device wrote more than its buffer holds";
    case Error::UsedIndex: return "device moved its ring's index by more than was out";
    case Error::NeedsReset: return "device needs a reset";
    case Error::ResetStuck: return "device does not come out of reset";
    case Error::FeaturesRefused: return "device refuses the features";
    case Error::NoQueue: return "device lacks a queue of a usable size";
    case Error::ConfigChanging: return "device configuration never settles";
    case Error::BadCapability: return "PCI capabilities damaged";
    case Error::ReadOnly: return "read only";
    case Error::IoError: return "input or output failed";
    case Error::Broken: return "device out of service";
    case Error::NoSpace: return "no space in a fixed table";
    case Error::Interrupted: return "interrupted";
    case Error::Usage: return "wrong arguments";
    case Error::BadNumber: return "not a number that fits";
    case Error::BadTree: return "device tree damaged";
    case Error::NoDevice: return "no such device";
    case Error::NotMapped: return "address not mapped";
    case Error::CheckFailed: return "check failed";
    case Error::NoAddress: return "no network address";
    case Error::NoLink: return "no link";
    case Error::Unreachable: return "unreachable";
    case Error::Refused: return "nobody listens there";
    case Error::Misaligned: return "not whole sectors";
    case Error::Rejected: return "rejected";
    case Error::WireCrc: return "checksum wrong on the wires of the card";
    case Error::WireFraming: return "garbled on the wires of the card";
    case Error::DmaFault: return "controller cannot get at memory";
  }
  return "unknown error";
}
