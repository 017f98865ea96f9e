"""What columns and cells are called in real ledgers, as "
"data: headers to fields, words to codes. Holds no rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

#: field → headers, without blanks, brackets and stars, in small letters.
HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "estate": tuple(
            "小区 小区名称 所属小区 院落 院落名称 小区院落 小区(院落) 楼盘 estate compound".split()
        ),
        "building": tuple(
            "楼栋 楼栋号 栋 栋号 幢 幢号 楼号 楼 栋数 几栋 楼栋名称 座 building buildingno block".split()
        ),
        "unit": tuple("单元 单元号 门 门号 梯 梯号 几单元 门洞 楼道 unit unitno stairwell entrance".split()),
        "floor": tuple("楼层 层 所在楼层 floor level".split()),
        "room": tuple(
            "房号 室号 户室 室 房间号 房间 房屋号 户号 号 "
            "房屋编号 门牌 门牌号 房室号 户室号 房门号 room roomno "
            "flat apartment".split()
        ),
        "address": tuple(
            "地址 住址 详细地址 家庭住址 居住地址 现住址 "
            "现居住地址 房屋地址 楼栋单元房号 楼栋门牌 栋单元房号 住房地址 "
            "楼栋房号 楼栋-单元-房号 栋-单元-室 房屋坐落 户址 具体住址 "
            "住户地址 门牌地址 小区楼栋 事发地址 事发地点 诉求地点 address door doorno "
            "homeaddress".split()
        ),
        "code": tuple(
            "户编号 住户编号 住户编码 户编码 家庭编号 编码 商户编号 商铺编号 "
            "编号 住户代码 户籍编号 householdcode householdno code".split()
        ),
        "occupancy": tuple(
            "居住类型 居住情况 居住性质 房屋性质 房屋状态 房屋用途 "
            "入住情况 住房性质 使用情况 居住状态 自住/租住 自住或出租 "
            "是否出租 居住方式 occupancy tenure".split()
        ),
        "member_count": tuple(
            "人口数 人数 家庭人口 家庭人数 居住人数 常住人数 户人数 人口 总人数 家庭人口数 居住人口 members "
            "membercount people householdsize".split()
        ),
        "preferred_time": tuple(
            "方便时间 方便走访时间 走访时间偏好 可上门时间 在家时间 preferredtime besttime".split()
        ),
        "preferred_channel": tuple("联系方式偏好 方便方式 走访方式 preferredchannel".split()),
        "visit_opt_out": tuple("勿访 谢绝走访 免打扰 不愿走访 拒绝走访 是否勿访 donotvisit optout".split()),
        "note": tuple(
            "备注 说明 备注信息 其他 其他情况 需说明的情况 note notes remark remarks comment".split()
        ),
        "contact_name": tuple(
            "户主 户主姓名 户主名 联系人 联系人姓名 "
            "户代表 head headofhousehold householder contact contactname".split()
        ),
        "owner_name": tuple(
            "房主 房主姓名 业主 业主姓名 产权人 产权人姓名 房东 房东姓名 owner ownername landlord".split()
        ),
        "name": tuple(
            "姓名 居民姓名 家庭成员 成员姓名 家庭成员姓名 人员姓名 住户姓名 "
            "名字 居民 居住人 居住人员 租户姓名 租客姓名 承租人 "
            "name fullname resident residentname".split()
        ),
        "phone": tuple(
            "电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 "
            "户主电话 联系手机 本人电话 移动电话 业主电话 户主联系电话 "
            "居民电话 phone mobile telephone tel phoneno phonenumber mobilephone contactphone".split()
        ),
        "relation": tuple(
            "与户主关系 关系 户主关系 与户主的关系 家庭关系 "
            "成员关系 与业主关系 relation relationship relationtohead".split()
        ),
        "salutation": tuple("称谓 称呼 尊称 salutation title".split()),
        "gender": tuple("性别 gender sex".split()),
        "birth": tuple(
            "出生年份 出生年 出生日期 出生年月 出生年月日 生日 "
            "出生 birthyear birthdate dateofbirth birth birthday".split()
        ),
        "shop_name": tuple(
            "商铺 商铺名称 店铺 店铺名称 店名 商户 商户名称 门店 门店名称 招牌 招牌名称 商铺名 企业名称 单位名称 "
            "字号 "
            "shop shopname store storename merchant business businessname".split()
        ),
        "shop_kind": tuple(
            "经营范围 经营项目 经营内容 经营类别 业态 行业 商户类别 商铺类型 trade shopkind kindofshop".split()
        ),
        "shop_contact": tuple(
            "经营者 经营者姓名 商户负责人 负责人 负责人姓名 店主 老板 法定代表人 法人 shopkeeper manager "
            "shopcontact".split()
        ),
        "open_hours": tuple("营业时间 经营时间 openhours openinghours hours".split()),
        "shop_status": tuple("营业状态 经营状态 营业情况 经营情况 shopstatus".split()),
        "front": tuple("门面 门面位置 临街位置 店面位置 铺位 铺位号 front frontage shopfront".split()),
        "residence": tuple(
            "居住情况(人) 人员类别 人口类型 人口类别 人员类型 居民类型 "
            "户籍情况 是否常住 常住/暂住 常住暂住 居留情况 "
            "residence residencetype".split()
        ),
    }
)
#: Of a ledger of demands or the orders of a hotline: field → headers.
DEMAND_HEADERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "demand_text": tuple(
            "诉求内容 反映内容 问题描述 工单内容 来电内容 诉求描述 主要诉求 反映问题 民情内容 反映事项 demand request "
            "demandtext".split()
        ),
        "demand_title": tuple("诉求标题 工单标题 标题 主题 demandtitle subject".split()),
        "outside_no": tuple(
            "工单编号 工单号 受理编号 热线编号 12345编号 12345工单号 诉求编号 民情编号 受理单号 orderno".split()
        ),
        "demand_source": tuple("来源 诉求来源 信息来源 受理渠道 来件渠道 渠道 source".split()),
        "demand_type": tuple("诉求类型 工单类型 事项类型 诉求性质 demandtype".split()),
        "demand_category": tuple(
            "类别 诉求类别 问题类别 诉求分类 问题分类 一级分类 事项分类 category".split()
        ),
        "reported_on": tuple(
            "登记时间 受理时间 反映时间 来电时间 登记日期 受理日期 反映日期 接单时间 派单时间 诉求时间 reported".split()
        ),
        "reporter": tuple("反映人 诉求人 来电人 反映人姓名 诉求人姓名 来电人姓名 投诉人 reporter".split()),
        "due": tuple("办理时限 处理时限 限办时间 截止时间 办结时限 到期时间 要求办结时间 due dueon".split()),
        "handling": tuple("办理情况 处理情况 处置情况 处理结果 办理结果 办理进展 handling progress".split()),
        "closed_on": tuple("办结时间 办结日期 完成时间 完成日期 closed closedon".split()),
        "demand_state": tuple("状态 办理状态 工单状态 处理状态 state status".split()),
        "area_name": tuple("网格/微网格 网格 微网格 所属网格 所属微网格 责任网格 grid microgrid".split()),
    }
)
#: Every field that a column may be taken for, as they are offered.
FIELDS = (*HEADERS, *DEMAND_HEADERS)
#: Counting columns: read by nobody, and a row with nothing else is blank.
SEQUENCE = frozenset("序号 序 行号 no no. # 编号序 序列 sn serial serialno".split())
CREDIT_CODE = re.compile(r"统一社会信用代码|信用代码|营业执照|creditcode|licen[cs]e")
IDENTITY_HEADER = re.compile(
    r"身份证|身分证|证件号|身份号|公民身份|居民证号|idcard|idnumber|idno\b|identity(?:card|no|number)|passport|护照号"
)

OCCUPANCY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            "自住 自有 业主自住 自用 自有住房 产权 自住房 业主 否 自购 owner owned".split(), "owner"
        ),
        **dict.fromkeys(
            "租住 出租 租赁 租房 租 承租 出租屋 租户 是 已出租 rented rent tenant".split(), "rented"
        ),
        **dict.fromkeys("寄住 借住 寄居 借用 lodging lodger".split(), "lodging"),
        **dict.fromkeys(
            "空置 空 空着 空房 空户 无人 无人居住 未入住 闲置 空关 空置房 vacant empty".split(), "vacant"
        ),
        **dict.fromkeys("商用 经营 商业 办公 商住 经营用房 工作室 business commercial".split(), "business"),
        **dict.fromkeys("未知 不详 不明 待核实 unknown".split(), "unknown"),
    }
)
RELATION_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("本人 户主 本人或户主 业主 房主 self head householder".split(), "0"),
        **dict.fromkeys("配偶 妻 妻子 夫 丈夫 爱人 夫妻 spouse wife husband".split(), "1"),
        **dict.fromkeys("子 儿子 长子 次子 三子 独生子 儿 继子 养子 女婿 son".split(), "2"),
        **dict.fromkeys("女 女儿 长女 次女 三女 独生女 继女 养女 儿媳 媳妇 daughter".split(), "3"),
        **dict.fromkeys(
            "孙子 孙女 外孙 外孙子 外孙女 孙 孙子女 孙子、孙女或外孙子、外孙女 grandchild".split(), "4"
        ),
        **dict.fromkeys(
            "父 母 父亲 母亲 父母 岳父 岳母 公公 婆婆 爸爸 妈妈 father mother parent".split(), "5"
        ),
        **dict.fromkeys("祖父 祖母 爷爷 奶奶 外公 外婆 外祖父 外祖母 祖父母 grandparent".split(), "6"),
        **dict.fromkeys(
            "兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 兄弟姐妹 兄弟 姐妹 brother sister sibling".split(), "7"
        ),
    }
)
GENDER_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("男", "男性", "m", "male", "1"), "1"),
        **dict.fromkeys(("女", "女性", "f", "female", "2"), "2"),
    }
)
RESIDENCE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("常住 常住人口 户籍 户籍人口 本地 是 长住 permanent resident".split(), "permanent"),
        **dict.fromkeys("暂住 暂住人口 流动 流动人口 临时 租住 租户 外来 temporary".split(), "temporary"),
        **dict.fromkeys("外出 离开 不在 人户分离 外地 空挂 away absent".split(), "away"),
    }
)
TIME_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("工作日 平时 白天 上班时间 weekday day".split(), "weekday"),
        **dict.fromkeys("晚上 晚间 下班后 夜间 傍晚 evening".split(), "evening"),
        **dict.fromkeys("周末 双休日 休息日 节假日 weekend".split(), "weekend"),
    }
)
CHANNEL_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("上门 入户 面谈 door visit".split(), "door"),
        **dict.fromkeys("电话 微信 打电话 phone call".split(), "phone"),
        **dict.fromkeys("不联系 无需 none".split(), "none"),
    }
)
SHOP_STATUS_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("营业 营业中 正常 正常营业 在营 开业 经营 open".split(), "open"),
        **dict.fromkeys("停业 歇业 关门 关闭 未营业 暂停营业 空置 closed".split(), "closed"),
        **dict.fromkeys("搬走 搬迁 已搬 已搬走 迁出 moved".split(), "moved"),
    }
)
SOURCE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("走访 入户走访 入户 上门 visit".split(), "visit"),
        **dict.fromkeys("值班 来访 值班来访 接待 窗口 duty".split(), "duty"),
        **dict.fromkeys("电话 来电 热线电话 phone".split(), "phone"),
        **dict.fromkeys("12345 12345热线 市长热线 政务热线 热线 hotline".split(), "hotline_12345"),
        **dict.fromkeys("网络 网络问政 微信 网上 线上 公众号 微信群 online".split(), "online"),
        **dict.fromkeys("会议 议事会 居民会议 meeting".split(), "meeting"),
        **dict.fromkeys("巡查 网格巡查 巡逻 patrol".split(), "patrol"),
        **dict.fromkeys("商户 商家 merchant".split(), "merchant"),
        **dict.fromkeys("联盟 共建单位 alliance".split(), "alliance"),
        **dict.fromkeys("联络员 民情联络员 liaison".split(), "liaison"),
    }
)
DEMAND_TYPE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("咨询 询问 inquiry consult".split(), "consult"),
        **dict.fromkeys("求助 求决 帮助 help".split(), "help"),
        **dict.fromkeys("投诉 complaint".split(), "complaint"),
        **dict.fromkeys("建议 意见 意见建议 suggestion".split(), "suggestion"),
        **dict.fromkeys("表扬 感谢 praise".split(), "praise"),
    }
)
#: A report of an offence belongs elsewhere: what it says is not kept here.
REPORT_WORDS = frozenset("举报 检举 控告".split())
CATEGORY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("停车 停车管理 车位 parking".split(), "parking"),
        **dict.fromkeys("物业 物业服务 物业管理 property".split(), "property"),
        **dict.fromkeys("设施维修 维修 设施 公共设施 repair".split(), "repair"),
        **dict.fromkeys("环境卫生 卫生 环境 保洁 垃圾 sanitation".split(), "sanitation"),
        **dict.fromkeys("噪音油烟 噪音 噪声 油烟 扰民 noise".split(), "noise_fumes"),
        **dict.fromkeys("邻里纠纷 邻里 纠纷 矛盾纠纷 neighbours".split(), "neighbours"),
        **dict.fromkeys("为老为小服务 为老服务 养老 托育 服务 care".split(), "care_service"),
        **dict.fromkeys("安全隐患 安全 消防 隐患 safety".split(), "safety"),
        **dict.fromkeys("活动场地 场地 文体 venue".split(), "venue"),
        **dict.fromkeys("政策咨询 政策 policy".split(), "policy"),
        **dict.fromkeys("其他 其它 other".split(), "other"),
    }
)
#: What a sheet writes of a demand that has come to its end.
ENDED_WORDS = frozenset(
    "办结 已办结 已完成 完成 已结 结案 已结案 已归档 归档 已办 closed done finished".split()
)
YES_WORDS = frozenset("是 有 1 勿访 谢绝 不访 拒绝 √ y yes true".split())
NO_WORDS = frozenset("否 无 0 × n no false 可访 不".split())
#: What people write where there is nothing to write.
NOTHING = frozenset(
    "无 没有 / \\ - -- — —— 不详 未知 暂无 n/a na none null 空 空号 未提供 不便提供 待补充 未登记".split()
)
#: Cells that say the row is an addition, an example or a remark.
SUBTOTAL = re.compile(
    r"(?:本页|本栋|本单元|本小区|楼栋|全部|以上)?(?:合计|小计|总计|共计|累计|汇总)|(?:sub)?total\b|sum\b",
    re.I,
)
SAMPLE = re.compile(r"[(\[【〔]?(?:示例|样例|范例|例子|填写示例|举例|例[:：]|example|sample)", re.I)
NOTE = re.compile(
    r"[(\[【]?(?:注|备注|说明|填表说明|填写说明|填报说明|注意|提示|填表人|制表|填报人|填报单位|审核人?|负责人|统计人|统计时间|"
    r"填报时间|填表日期|制表时间|日期|单位|截至|截止|note|remark|prepared by)\s*[:：\d一二三、.)）】\]]",
    re.I,
)
