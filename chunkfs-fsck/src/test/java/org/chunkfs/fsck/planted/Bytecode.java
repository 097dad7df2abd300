package org.chunkfs.fsck.planted;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/** The edits that are more than a call less or a jump more, as bytecode. */
final class Bytecode {
  private static final ClassDesc HEADERS = ClassDesc.of("org.chunkfs.core.chunk.HeaderCopies");
  private static final ClassDesc DURABILITY = ClassDesc.of("org.chunkfs.core.volume.Durability");
  private static final ClassDesc HISTORY = ClassDesc.of("org.chunkfs.core.volume.History");
  private static final ClassDesc CHUNK = ClassDesc.of("org.chunkfs.core.chunk.Chunk");
  private static final ClassDesc SPACE = ClassDesc.of("org.chunkfs.core.chunk.SpaceMap");
  private static final ClassDesc BITS = ClassDesc.of("java.util.BitSet");
  private static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();

  private Bytecode() {}

  /** At {@code headers.writeOtherHeader(crcs, filler)}: does it for one pair, then the other. */
  static void bothHeaders(CodeBuilder code, CodeElement old) {
    InvokeInstruction call = (InvokeInstruction) old;
    int filler = code.allocateLocal(TypeKind.REFERENCE);
    int crcs = code.allocateLocal(TypeKind.REFERENCE);
    int headers = code.allocateLocal(TypeKind.REFERENCE);
    code.astore(filler).astore(crcs).astore(headers);
    code.aload(headers).aload(crcs).aload(filler).with(call);
    code.aload(headers).aload(crcs);
    code.invokevirtual(HEADERS, "writeOtherRoot", MethodTypeDesc.of(ConstantDescs.CD_void, INTS));
    code.aload(headers).aload(crcs).aload(filler).with(call);
  }

  /** At {@code this.stable}: {@code this.history.last()}. */
  static void lastNumber(CodeBuilder code, CodeElement old) {
    code.getfield(DURABILITY, "history", HISTORY);
    code.invokevirtual(HISTORY, "last", MethodTypeDesc.of(ConstantDescs.CD_long));
  }

  /** At {@code part.append(g, participants, n)}: with 1 for n. */
  static void oneParticipant(CodeBuilder code, CodeElement old) {
    code.pop().iconst_1().with(old);
  }

  /**
   * At {@code chunk.freed().add(g, block, count)}: gives the blocks to the map, if that is known.
   */
  static void giveBack(CodeBuilder code, CodeElement old) {
    int count = code.allocateLocal(TypeKind.INT);
    int block = code.allocateLocal(TypeKind.INT);
    code.istore(count).istore(block).pop2().pop();
    code.aload(0).getfield(ClassDesc.of("org.chunkfs.core.chunk.ChunkTx"), "chunk", CHUNK);
    code.invokevirtual(CHUNK, "spaceIfKnown", MethodTypeDesc.of(SPACE));
    int map = code.allocateLocal(TypeKind.REFERENCE);
    Label end = code.newLabel();
    code.astore(map).aload(map).ifnull(end);
    code.aload(map).iload(block).iload(count);
    code.invokevirtual(
        SPACE,
        "giveBack",
        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int, ConstantDescs.CD_int));
    code.labelBinding(end);
  }

  /** At {@code freed.all()}: an empty set. */
  static void nothingWaits(CodeBuilder code, CodeElement old) {
    code.pop().new_(BITS).dup().invokespecial(BITS, "<init>", ConstantDescs.MTD_void);
  }
}
