package org.chunkfs.fsck.problem;

import static org.chunkfs.fsck.problem.Scope.BLOCK;
import static org.chunkfs.fsck.problem.Scope.CHUNK;
import static org.chunkfs.fsck.problem.Scope.CROSS_CHUNK;
import static org.chunkfs.fsck.problem.Scope.IMAGE;
import static org.chunkfs.fsck.problem.Scope.INODE;
import static org.chunkfs.fsck.problem.Severity.ERROR;
import static org.chunkfs.fsck.problem.Severity.NOTE;
import static org.chunkfs.fsck.problem.Severity.WARNING;

/**
 * Every kind of finding. The numbers persist: in order, never changed, never used again; those that
 * are left out belonged to problems that others tell now. A message says what was found and what
 * was expected; the place is said before it.
 */
public enum Problem {
  SUPERBLOCK(101, IMAGE, WARNING, true, "the superblock of member %s is damaged: %s"),
  VOLUME_RECORD(102, IMAGE, WARNING, true, "slot %s of the volume record is damaged: %s"),
  VOLUME_RECORDS_LOST(103, IMAGE, ERROR, false, "none of the volume records can be read"),
  VOLUME_RECORD_ENTRY(104, IMAGE, ERROR, false, "the volume record's entry %s makes no sense: %s"),
  MEMBER_MISSING(105, IMAGE, ERROR, false, "member %s is missing or too short"),
  COMMIT_MISSING(106, IMAGE, NOTE, true, "commit %s is in no journal, but later commits are: %s"),
  COMMIT_INCOMPLETE(
      107, IMAGE, NOTE, true, "commit %s is missing in chunk %s, which it names: dropped"),
  COMMIT_LOST(
      108,
      IMAGE,
      ERROR,
      true,
      "commit %s was durable and is in no journal: what it changed is lost"),
  VOLUME_RECORD_STALE(
      109,
      IMAGE,
      WARNING,
      true,
      "the volume record's replica is stale: its newest sequence is %s, expected %s"),
  NO_ROOT(110, IMAGE, ERROR, false, "the root directory is missing: %s"),
  RING_MAP(111, IMAGE, WARNING, true, "the ring map of member %s (block %s) is damaged: %s"),
  VOLUME_RECORD_CUT(
      112,
      IMAGE,
      NOTE,
      true,
      "an update of the volume record was interrupted: its sequence is %s here, %s elsewhere"),
  VOLUME_RECORD_BEHIND(
      113,
      IMAGE,
      ERROR,
      true,
      "the newest volume record is of opening %s, but journals have commits of opening %s"),

  CHUNK_OUT(201, CHUNK, NOTE, false, "the chunk is out of service: %s"),
  HEADER(203, CHUNK, WARNING, true, "header copy %s is damaged: %s"),
  HEADERS_LOST(204, CHUNK, ERROR, false, "both header copies are damaged"),
  HEADER_SEQUENCE(205, CHUNK, WARNING, true, "both header copies have the sequence %s"),
  HEADER_FLAGS(206, CHUNK, WARNING, true, "header copy %s says it is %s, the other one not"),
  ROOT_SLOT(207, CHUNK, ERROR, false, "the table root that counts (slot %s) is damaged: %s"),
  OTHER_ROOT_SLOT(208, CHUNK, WARNING, true, "the other table root (slot %s) is damaged: %s"),
  CHECKPOINT_CUT(
      209,
      CHUNK,
      NOTE,
      true,
      "a checkpoint was interrupted: table root %s is newer than its header"),
  JOURNAL(210, CHUNK, ERROR, false, "the journal is damaged: %s"),
  JOURNAL_TORN(211, CHUNK, NOTE, true, "the journal has a torn or damaged record at %s: %s"),
  JOURNAL_STABLE(
      212, CHUNK, ERROR, false, "the journal's record at %s was durable, but is damaged: %s"),
  JOURNAL_ENTRY(213, CHUNK, ERROR, false, "the journal's record of commit %s makes no sense: %s"),
  STATE_BLOCK(214, CHUNK, ERROR, false, "the chunk's counters are lost: %s"),
  COUNTER(215, CHUNK, WARNING, true, "counter %s is %s, expected %s"),
  INDEX_INODE(216, CHUNK, ERROR, false, "the chunk's own inode in slot %s is damaged: %s"),
  RING_MAP_BIT(
      218,
      CHUNK,
      ERROR,
      false,
      "the journal holds records, but the ring map says that it is empty"),
  RING_MAP_CUT(
      219,
      CHUNK,
      NOTE,
      true,
      "the journal's first records do not count: a power loss took its mark in the ring map"),

  UNREADABLE(301, BLOCK, ERROR, false, "the block cannot be read: %s"),
  TABLE_CRC(302, BLOCK, ERROR, false, "the table block's checksum is %s, expected %s"),
  TABLE_HEADER(303, BLOCK, ERROR, false, "the table block's header is wrong: %s"),
  TABLE_ENTRY(304, BLOCK, ERROR, false, "the block's table entry is wrong: %s"),
  METADATA_CRC(305, BLOCK, ERROR, false, "the checksum of the %s block is %s, expected %s"),
  METADATA_HEADER(306, BLOCK, ERROR, false, "the block's header is wrong: %s"),
  DATA_CRC(
      307,
      BLOCK,
      ERROR,
      false,
      "the checksum of the data is %s, expected %s (block %s of inode %s)"),
  SLOT_BITMAP(
      308,
      BLOCK,
      ERROR,
      false,
      "the table says that slots 0x%s hold inodes, but the block says 0x%s"),
  FREE_SLOT(309, BLOCK, ERROR, false, "slot %s is free, but not zero"),
  UNREFERENCED(
      310,
      BLOCK,
      ERROR,
      false,
      "the table calls the block %s of inode %s, which does not know of it"),
  TWICE(311, BLOCK, ERROR, false, "the block is used twice: as %s and as %s"),
  WRONG_OWNER(312, BLOCK, ERROR, false, "the table says %s, but inode %s uses it as %s"),
  TREE_PAGE(313, BLOCK, ERROR, false, "the tree page of inode %s is damaged: %s"),
  EMPTY_INODE_BLOCK(314, BLOCK, WARNING, true, "the inode block holds no inode"),

  INODE_CRC(401, INODE, ERROR, false, "the inode's checksum is %s, expected %s"),
  INODE_FIELD(402, INODE, ERROR, false, "field %s is %s, expected %s"),
  ITEMS(403, INODE, ERROR, false, "the inode's items are damaged: %s"),
  TREE(404, INODE, ERROR, false, "the inode's item tree is damaged: %s"),
  ITEM_TYPE(405, INODE, ERROR, false, "an item of type %s does not belong in %s"),
  ITEM_VALUE(406, INODE, ERROR, false, "the %s item %s is wrong: %s"),
  BLOCKS(408, INODE, WARNING, true, "blocks are counted as %s, expected %s"),
  ENTRIES(409, INODE, WARNING, true, "entries are counted as %s, expected %s"),
  NLINK(410, INODE, ERROR, true, "the link count is %s, expected %s"),
  XATTR(411, INODE, ERROR, false, "the extended attribute with key %s is damaged: %s"),
  SYMLINK(412, INODE, ERROR, false, "the symbolic link's target has %s bytes, expected %s"),
  ORPHAN_MISSING(
      413, INODE, WARNING, true, "the inode has no names and is not in the orphan index"),
  ORPHAN_ENTRY(414, INODE, WARNING, true, "its entry in the orphan index is wrong: %s"),
  UNREACHABLE(415, INODE, ERROR, false, "no directory entry leads to the inode"),

  DIRENT_DUPLICATE(502, INODE, ERROR, false, "the name '%s' is there twice"),
  DIRENT_DANGLING(503, INODE, ERROR, false, "the entry '%s' leads to inode %s, which is %s"),
  DIRENT_TYPE(504, INODE, WARNING, true, "the entry '%s' has type %s, its inode %s"),
  DIRENT_NO_BACK(
      505,
      INODE,
      ERROR,
      false,
      "the entry '%s' leads to inode %s, which has no back pointer to it"),
  BACK_POINTER(506, INODE, ERROR, false, "the back pointer '%s' is wrong: %s"),
  BACK_NO_DIRENT(507, INODE, ERROR, false, "its name '%s' is missing in directory %s"),
  BACK_G(508, INODE, WARNING, true, "the name '%s' carries commit %s here and %s in its directory"),
  DIRECTORY_NAMES(509, INODE, ERROR, false, "the directory has %s names, expected 1"),
  ROOT_NAME(510, INODE, ERROR, false, "the root directory has a name"),

  XREF_VALUE(601, CROSS_CHUNK, ERROR, false, "the %s cross reference %s is wrong: %s"),
  XREF_OUT_MISSING(
      602,
      CROSS_CHUNK,
      WARNING,
      true,
      "the entry '%s' leads to inode %s, without an outbound cross reference"),
  XREF_OUT_DANGLING(
      603,
      CROSS_CHUNK,
      WARNING,
      true,
      "the outbound cross reference to inode %s belongs to no entry"),
  XREF_IN_MISSING(
      604,
      CROSS_CHUNK,
      WARNING,
      true,
      "the name '%s' in directory %s has no inbound cross reference"),
  XREF_IN_DANGLING(
      605,
      CROSS_CHUNK,
      WARNING,
      true,
      "the inbound cross reference from directory %s belongs to no back pointer"),
  REMOTE_DANGLING(606, CROSS_CHUNK, ERROR, false, "the entry '%s' leads to inode %s, which is %s"),
  REMOTE_NO_BACK(
      607,
      CROSS_CHUNK,
      ERROR,
      false,
      "the entry '%s' leads to inode %s, which has no back pointer to it"),
  REMOTE_NO_DIRENT(608, CROSS_CHUNK, ERROR, false, "its name '%s' is missing in directory %s"),
  REMOTE_G(
      609,
      CROSS_CHUNK,
      WARNING,
      true,
      "the name '%s' carries commit %s here and %s on the other side"),
  REMOTE_UNKNOWN(610, CROSS_CHUNK, NOTE, false, "%s cannot be checked: chunk %s cannot be asked"),
  CONT_MAP(611, CROSS_CHUNK, ERROR, false, "the continuation map is wrong: %s"),
  CONT_PART(612, CROSS_CHUNK, ERROR, false, "the continuation is wrong: %s"),
  CONT_OUT(
      613, CROSS_CHUNK, WARNING, true, "the outbound continuation reference to inode %s is %s"),
  CONT_IN(
      614, CROSS_CHUNK, WARNING, true, "the inbound continuation reference from inode %s is %s"),
  REMOTE_BLOCKS(
      615, CROSS_CHUNK, WARNING, true, "blocks of continuations are counted as %s, expected %s"),
  CYCLE(616, CROSS_CHUNK, ERROR, false, "the directory is its own ancestor"),
  REMOTE_TYPE(618, CROSS_CHUNK, WARNING, true, "the entry '%s' has type %s, its inode %s"),
  XREF_G(619, CROSS_CHUNK, WARNING, true, "the %s cross reference carries commit %s, its name %s"),
  REMOTE_PARENT(
      620,
      CROSS_CHUNK,
      WARNING,
      true,
      "the inode of the entry '%s' has its name in a directory of generation %s, expected %s");

  private final int number;
  private final Scope scope;
  private final Severity severity;
  private final boolean preen;
  private final String template;

  Problem(int number, Scope scope, Severity severity, boolean preen, String template) {
    this.number = number;
    this.scope = scope;
    this.severity = severity;
    this.preen = preen;
    this.template = template;
  }

  /** Its number, which never changes. */
  public int number() {
    return number;
  }

  public Scope scope() {
    return scope;
  }

  public Severity severity() {
    return severity;
  }

  /** Whether {@code fsck -p} repairs it without asking: nothing can be lost by it. */
  public boolean preen() {
    return preen;
  }

  /** What was found and expected, with {@code %s} in the place of each. */
  public String template() {
    return template;
  }
}
