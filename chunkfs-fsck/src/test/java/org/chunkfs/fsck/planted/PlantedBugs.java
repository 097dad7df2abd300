package org.chunkfs.fsck.planted;

import static org.chunkfs.fsck.planted.Edit.in;

import java.util.List;

/** The bugs that are planted, one a row. */
final class PlantedBugs {
  private PlantedBugs() {}

  private static Hunt crashes(long seed) {
    return Hunt.soak("power-loss", seed, 1, 60);
  }

  /** All of them, in the order in which the document lists them. */
  static List<PlantedBug> all() {
    return List.of(
        PlantedBug.of(
            "blocks in place before their records are stable",
            "A checkpoint writes blocks in place at once; a crash can tear one whose record is"
                + " lost.",
            crashes(1),
            in("core.chunk.Checkpoint", "run/1").call("settle", 1, 2).dropped()),
        PlantedBug.of(
            "table in place before its checksums are stable",
            "A checkpoint writes table blocks while the records that logged their checksums are not"
                + " flushed.",
            crashes(1),
            in("core.chunk.Checkpoint", "run/1").call("settle", 2, 2).dropped()),
        PlantedBug.of(
            "header before the table it names",
            "A checkpoint does not flush table and root before the header that makes them count.",
            crashes(1),
            in("core.chunk.Checkpoint", "run/1").call("flush", 1, 2).dropped()),
        PlantedBug.of(
            "journal given up before the header is durable",
            "A checkpoint gives ring space up with the new header still on its way.",
            crashes(1),
            in("core.chunk.Checkpoint", "run/1").call("flush", 2, 2).dropped()),
        PlantedBug.of(
            "the header that counts is overwritten",
            "A checkpoint writes the pair of root and header that counts, not the other one.",
            crashes(3),
            in("core.chunk.HeaderCopies", "otherCopy").answers(0)),
        PlantedBug.of(
            "both headers in one window",
            "A checkpoint brings both pairs up to date with no flush between them.",
            crashes(1),
            in("core.chunk.Checkpoint", "run/1")
                .call("writeOtherHeader")
                .instead(
                    "writes the other pair too, with no flush between", Bytecode::bothHeaders)),
        PlantedBug.of(
            "a sync that does not flush",
            "The flush thread says that a flush is done without asking the device.",
            crashes(1),
            in("core.volume.Durability", "run").call("flush").dropped()),
        PlantedBug.of(
            "stability claimed too early",
            "A stamp says that everything up to the ring's last commit is stable.",
            crashes(5),
            in("core.volume.Durability", "stamp")
                .read("stable", 1, 1)
                .instead("the stamp names the number taken last", Bytecode::lastNumber)),
        PlantedBug.of(
            "freed blocks reused too early",
            "A freed block is reused before its freeing is stable.",
            crashes(3),
            in("core.chunk.ChunkTx", "publish")
                .call("add")
                .instead("blocks that were freed are given back at once", Bytecode::giveBack)),
        PlantedBug.of(
            "freed before the map is known",
            "What is freed before a chunk's map of free blocks is made counts as free in it at"
                + " once.",
            crashes(3),
            in("core.chunk.Chunk", "build")
                .call("all")
                .instead("nothing is taken to wait when the map is made", Bytecode::nothingWaits)),
        PlantedBug.of(
            "a forgotten participant",
            "The records of a commit on several chunks name only the first of them.",
            Hunt.bounded(3),
            in("core.volume.Engine", "append")
                .call("append")
                .instead("each record names one participant", Bytecode::oneParticipant)),
        PlantedBug.of(
            "a record that is not checked",
            "The journal's reader does not compare a record's checksum.",
            Hunt.soak("power-loss", 49, 1, 30),
            in("core.journal.RingScanner", "probe").branch(8, 8).always()),
        PlantedBug.of(
            "a record of an abandoned end",
            "The journal's reader takes a record whatever predecessor it names.",
            crashes(3),
            in("core.journal.RingScanner", "chained").branch(2, 2).never()),
        PlantedBug.of(
            "a record of an earlier lap",
            "Records name their place in the ring instead of an absolute position, and any"
                + " predecessor does.",
            Hunt.soak("model", 1, 1, 300),
            in("core.journal.RingScanner", "chained").branch(2, 2).never(),
            in("core.journal.RingScanner", "probe").branch(3, 8).always()),
        PlantedBug.of(
            "a difference where an image is due",
            "A checkpoint does not make the next record of each block a full image.",
            crashes(1),
            in("core.chunk.Checkpoint", "run/1").call("nextPeriod").dropped()),
        PlantedBug.of(
            "data that is not looked at after a power loss",
            "Recovery believes that a commit's data has reached the device if its record has.",
            crashes(1),
            in("core.volume.LiveData", "firstBad").answers(0)),
        PlantedBug.of(
            "data in place",
            "An overwrite goes into the blocks that the file has.",
            crashes(39),
            in("core.volume.FileWriter", "piece").call("unwritten").taken(1)),
        PlantedBug.of(
            "an unmarked journal",
            "The ring map is not told that a ring is used again.",
            crashes(3),
            in("core.volume.Chunks", "beforeAppend/2").call("mark").dropped()),
        PlantedBug.of(
            "an orphan that nobody remembers",
            "An inode that is unlinked while it is open is not entered in the orphan index.",
            Hunt.soak("model", 7, 1, 300),
            in("core.volume.Removing", "remove").call("put").dropped()),
        PlantedBug.of(
            "metadata that is not compared",
            "A metadata block that is read is not compared with its checksum.",
            Hunt.soak("damage", 69, 1, 400),
            in("core.chunk.Chunk", "loadBody").branch(5, 12).always()),
        PlantedBug.of(
            "data that is not compared",
            "A block of file data that is read is not compared with its checksum.",
            Hunt.soak("damage", 5, 1, 400),
            in("core.volume.BlockCheck", "read").branch(2, 3).always()),
        PlantedBug.of(
            "a void that is not written",
            "A commit that failed in one chunk is left in the journal of the others.",
            Hunt.soak("damage", 533, 1, 400),
            in("core.volume.Voids", "undo").call("voidAt").dropped()),
        PlantedBug.of(
            "a check of data without checksums",
            "The check does not compare file data with its checksums.",
            Hunt.flips(1, 100),
            in("fsck.check.SpacePass", "check").branch(4, 4).always()),
        PlantedBug.of(
            "a repair that stops half-way",
            "A repair stops after its first round.",
            Hunt.damage("fields", 1, 0, 20),
            in("fsck.repair.Repairer", "run").number(6, 1, 1).is(1)),
        PlantedBug.of(
            "a repair that touches healthy chunks",
            "What crosses chunks is written for chunks without changes too.",
            Hunt.damage("fields", 1, 0, 20),
            in("fsck.repair.Repairer", "cross").call("contains").taken(1),
            in("fsck.repair.ChunkRepair", "writeChanges").number(0, 3, 3).is(1)),
        PlantedBug.of(
            "a report that forgets a range",
            "The report tells only the first range of a file that is lost.",
            Hunt.property("LossProps#everyLostBlockOfAFileIsTold", 1, 2),
            in("fsck.report.Losses", "data").call("ranges", 1, 2).dropped()),
        PlantedBug.of(
            "undo without its old blocks",
            "A repair writes to the image before the undo file is flushed.",
            Hunt.property("undo.UndoProps#aCutAtAnyWriteIsTakenBackAndSoIsACutInThat", 2, 1),
            in("fsck.undo.UndoDevice", "drain").call("force").dropped()));
  }
}
