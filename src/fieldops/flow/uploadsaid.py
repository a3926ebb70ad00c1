"""What uploads say of themselves when they cannot go on; several steps say the same."""

from fieldops.model.said import Said

ANOTHER = Said("之后已有另一请求到达", "another request has come since")
TAKEN_OVER = Said("已由另一连接接管", "another connection took over")
MORE_BYTES = Said("字节数超过 Upload-Length", "more bytes than Upload-Length")
SPOOL_FULL = Said("暂存空间已满", "the spool is full")
STOPPING = Said("服务器正在停止", "the server is stopping")
SILENT = Said(
    "长时间未收到数据；请用 HEAD 查询后继续",
    "no bytes came for too long; ask by HEAD where to go on",
)
BROKE_OFF = Said("请求中断；请用 HEAD 查询后继续", "the body broke off; ask by HEAD where to go on")
GO_ON = Said(
    "请继续已开始的上传（见 media/plan），或终止其中之一",
    "go on with an upload that was begun (media/plan names it), or terminate one",
)
