package org.chunkfs.core.sim.fingerprint;

/** What became of a fault: the entries of the fingerprint. */
enum Reaction {
  UNTOUCHED("-", "the operation does not touch such a block in that way, as its trace shows"),
  AGAIN("again", "asked for once more, and answered right"),
  OTHER("other copy", "answered right, from another copy or without that block"),
  MAJORITY("others do", "done without it: the other replicas, or a block that is written anyway"),
  WAITED("waits", "takes that much longer, and is answered right"),
  SUSPECT("suspect", "answered right, and the chunk is marked as suspect"),
  DATA_ERROR("EIO, data", "that read is an error, names the bytes lost, and the chunk is suspect"),
  ERROR(
      "EIO",
      "refused, and nothing was changed; everything stays in service, and it works when the device"
          + " does"),
  FENCED("fenced", "answered right; the chunk is taken out of service, the others go on"),
  FENCED_ERROR("fenced, EIO", "refused; the chunk is taken out of service, the others go on"),
  FENCED_STUCK(
      "fenced, stuck",
      "the chunk is taken out of service, the others go on; only the thread that is inside the"
          + " device is answered when that is"),
  DEADLINE("deadline", "refused in time; works again when the device does"),
  READ_ONLY("read-only", "refused, and so is every change until the image is opened anew"),
  REFUSED("refused", "the image is not opened, with the reason"),
  REPORTED("reported", "reported by the check"),
  LATER_RECOVERY("recovery", "answered; noticed when the chunk is recovered next, which fences it"),
  LATER_CHECK("check", "answered; reported by the next check"),
  HARMLESS("no loss", "answered; what the write was to leave is in the journal or in another copy"),
  NOTHING("NOTHING", "not noticed: a defect");

  private final String sign;
  private final String meaning;

  Reaction(String sign, String meaning) {
    this.sign = sign;
    this.meaning = meaning;
  }

  String sign() {
    return sign;
  }

  String meaning() {
    return meaning;
  }
}
